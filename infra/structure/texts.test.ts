import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText, sourceFiles } from './workspace.ts';

/** What writes texts of strangers on, or shows them; the package that does it for all is left out. */
const users = [...sourceFiles(), ...filesBelow('infra/chaos/src', (path) => path.endsWith('.ts'))].filter(
  (path) => !path.startsWith('packages/text/'),
);

/** Every place where a file matches, with its line. */
const places = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
  );

/** Names under which a text stands that somebody else wrote. */
const written =
  'text|said|message|subject|title|name|description|body|comment|note|content|reason|detail|value|label|headline|raw|input|string';

describe('a text that somebody else wrote', () => {
  it('is cut between graphemes by @millrace/text, never with slice, substring or substr', () => {
    const cuts = new RegExp(`\\b(?:\\w*(?:${written}))\\??\\.(?:slice|substring|substr)\\((?:0\\b|-)`, 'i');
    // A place that was found in the text is no limit of length: `open`, `colon`, `at`, `from` …
    const found = /\.(?:slice|substring)\(0, (?:open|colon|at|mark|slash|first|Math\.max\(0, colon\))\)/;
    // What is only looked at goes nowhere.
    const looked = /\.(?:exec|test)\(\w+\??\.slice\(/;
    expect(
      places(users, cuts).filter(
        (place) => !found.test(place) && !looked.test(place) && !notOfStrangers.has(place.split(':')[0] ?? ''),
      ),
    ).toEqual([]);
  });

  it('is not cut by code points either', () => {
    expect(
      places(
        users,
        /\[\.\.\.\w*(?:text|message|subject|title|name)\]\.slice|Array\.from\(\w*(?:text|message)\)\.slice/i,
      ),
    ).toEqual([]);
  });

  it('is made well-formed, and rid of NUL, by @millrace/text alone', () => {
    expect(places(users, /\.toWellFormed\(|replace(?:All)?\((?:'\\0'|\/\\0\/g|'\\u0000')/)).toEqual([]);
  });

  it('goes to Postgres as JSON only through asJson, which hides nothing behind an escape', () => {
    const asking = users.filter((path) => /::jsonb?\b/.test(readText(path)));
    expect(asking.length).toBeGreaterThan(1);
    // A list that is written out is the name of something in a map.
    expect(places(asking, /\bJSON\.stringify\((?!\[)/)).toEqual([]);
  });

  it('reaches a terminal through a printer alone, which escapes it', () => {
    const verbs = users.filter((path) => /^packages\/cli\/src\/(?!printer\.ts|terminal\/|main\.ts)/.test(path));
    expect(verbs.length).toBeGreaterThan(10);
    expect(places(verbs, /console\.|process\.std(?:out|err)|\.write\(/)).toEqual([]);
    expect(places(['packages/cli/src/main.ts'], /console\.|\.write\(/)).toEqual([]);
  });
});

/** Files whose cuts are of what we or a package of ours wrote. */
const notOfStrangers = new Set([
  'packages/embedded/src/maven-folder.ts', // what Maven said
]);
