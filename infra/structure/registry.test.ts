import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { filesBelow, readText, root } from './workspace.ts';

interface Registered {
  readonly name: string;
  readonly summary?: string;
  readonly normalises?: readonly string[];
}

const load = (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(join(root, path)).href);
const connectorTests = filesBelow('packages/connectors/test', (path) => path.endsWith('.test.ts'));
/** The tests of one vendor that call a suite with its definition. */
const lawsOf = (vendor: string, suite: string, definition: RegExp): string[] =>
  connectorTests.filter((path) => {
    if (!path.startsWith(`packages/connectors/test/vendors/${vendor}/`)) return false;
    const text = readText(path);
    return new RegExp(`^\\s*${suite}\\(`, 'm').test(text) && definition.test(text);
  });

/** The text of all tests below a folder that call a suite of laws. */
const held = (folder: string, suite: string): string =>
  filesBelow(folder, (path) => path.endsWith('.test.ts'))
    .map(readText)
    .filter((text) => new RegExp(`^\\s*${suite}(<[^(]*>)?\\(`, 'm').test(text))
    .join('\n');

let connectors: Readonly<Record<string, Registered>>;
let sources: Readonly<Record<string, Registered>>;
let sinks: Readonly<Record<string, Registered>>;
beforeAll(async () => {
  ({ connectors } = (await load('packages/connectors/src/registry.ts')) as { connectors: typeof connectors });
  ({ sources } = (await load('packages/connectors/src/sources.ts')) as { sources: typeof sources });
  ({ sinks } = (await load('packages/connectors/src/sinks.ts')) as { sinks: typeof sinks });
});

const foldersWith = (file: string): string[] =>
  readdirSync(join(root, 'packages/connectors/src/vendors'))
    .filter((folder) => existsSync(join(root, 'packages/connectors/src/vendors', folder, file)))
    .toSorted();

describe('a registered connector', () => {
  it('is every folder of a vendor, under the name of its folder', () => {
    expect(Object.keys(connectors).toSorted()).toEqual(readdirSync(join(root, 'packages/connectors/src/vendors')));
    expect(Object.entries(connectors).filter(([name, connector]) => connector.name !== name)).toEqual([]);
  });
});

describe('a registered source', () => {
  it('is every folder that has a source, under the name of its folder', () => {
    expect(Object.keys(sources).toSorted()).toEqual(foldersWith('source.ts'));
    expect(Object.entries(sources).filter(([name, source]) => source.name !== name)).toEqual([]);
  });

  it('says what it is for', () => {
    expect(Object.values(sources).filter(({ summary = '' }) => summary.length < 20)).toEqual([]);
  });

  it('has samples, each with its golden envelope', () => {
    const bare = Object.keys(sources).flatMap((name) => {
      const folder = join(root, 'packages/connectors/src/vendors', name, 'samples');
      const files = existsSync(folder) ? readdirSync(folder) : [];
      const samples = files.filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'));
      if (samples.length === 0) return [`${name}: no sample`];
      return samples
        .map((file) => file.replace(/\.json$/, '.expected.json'))
        .filter((golden) => !files.includes(golden))
        .map((golden) => `${name}: no ${golden}`);
    });
    expect(bare).toEqual([]);
  });

  it('is held to the source laws', () => {
    expect(Object.keys(sources).filter((name) => lawsOf(name, 'sourceLaws', /source: \w+Source/).length === 0)).toEqual(
      [],
    );
  });
});

describe('a registered sink', () => {
  it('is every folder that has a sink, under the name of its folder', () => {
    expect(Object.keys(sinks).toSorted()).toEqual(foldersWith('sink.ts'));
    expect(Object.entries(sinks).filter(([name, sink]) => sink.name !== name)).toEqual([]);
  });

  it('says what it is for', () => {
    expect(Object.values(sinks).filter(({ summary = '' }) => summary.length < 20)).toEqual([]);
  });

  it('is held to the sink laws', () => {
    expect(Object.keys(sinks).filter((name) => lawsOf(name, 'sinkLaws', /definition: \w+Sink/).length === 0)).toEqual(
      [],
    );
  });
});

describe('a shipped model pack', () => {
  const packs = readdirSync(join(root, 'packages/models/packs'));

  it('is whole, and named as its folder', () => {
    for (const pack of packs) {
      const described = JSON.parse(readText(`packages/models/packs/${pack}/pack.json`)) as { readonly name: string };
      expect(described.name).toBe(pack);
    }
    expect(packs).not.toEqual([]);
  });

  it('is described in the README of the models', () => {
    const readme = readText('packages/models/README.md');
    expect(packs.filter((pack) => !readme.includes(pack))).toEqual([]);
  });

  it('is held to the model laws', () => {
    const laws = filesBelow('packages/models/test', (path) => path.endsWith('.test.ts'))
      .map(readText)
      .filter((text) => /^\s*modelLaws(<\w+>)?\(/m.test(text))
      .join('\n');
    expect(packs.filter((pack) => !laws.includes(pack))).toEqual([]);
  });
});

describe('a model', () => {
  it('is held to the model laws, whichever way it is connected', () => {
    const connects = filesBelow('packages/models/src', (path) => path.endsWith('.ts')).flatMap((path) =>
      [
        ...readText(path).matchAll(/^export (?:async )?function (connect\w*)\b[^{]*\): (?:Promise<)?\w*Models?\b/gm),
      ].map(([, name = '']) => name),
    );
    expect(connects).not.toEqual([]);
    expect(connects.filter((name) => !held('packages/models/test', 'modelLaws').includes(`${name}(`))).toEqual([]);
  });
});

describe('a stage', () => {
  it('is held to the stage laws wherever a service declares a pipeline', () => {
    const stages = readdirSync(join(root, 'services')).flatMap((service) =>
      filesBelow(`services/${service}/src`, (path) => path.endsWith('.ts'))
        .filter((path) => /\breturn pipeline(<[^(]*>)?\(\{/.test(readText(path)))
        .map((path) => {
          const [before = ''] = readText(path).split(/\breturn pipeline\b/);
          return { service, stage: [...before.matchAll(/^export function (\w+)/gm)].at(-1)?.[1] };
        }),
    );
    expect(stages.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['normalisePipeline', 'deliverPipeline']));
    expect(
      stages.filter(({ service, stage }) => !held(`services/${service}/test`, 'stageLaws').includes(`${stage}(`)),
    ).toEqual([]);
  });
});

describe('a broker', () => {
  it('is held to the broker laws, whichever driver it stands on', () => {
    const [, listed = ''] =
      /driver: setting\.oneOf\(\[([^\]]*)\]/.exec(readText('packages/kafka/src/settings.ts')) ?? [];
    const drivers = [...listed.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
    expect(drivers).toEqual(expect.arrayContaining(['kafkajs', 'platformatic']));
    const laws = held('packages/kafka/test', 'kafkaBrokerLaws');
    expect(drivers.filter((driver) => !laws.includes(`kafkaBrokerLaws('${driver}')`))).toEqual([]);
    expect(held('packages/conformance/test', 'brokerLaws')).toContain('createInMemoryBroker');
  });
});

describe('a test', () => {
  const tests = ['packages', 'services', 'infra'].flatMap((folder) =>
    filesBelow(folder, (path) => path.endsWith('.ts') && (/\/(test|e2e)\//.test(path) || /\.test\.ts$/.test(path))),
  );
  const laws = filesBelow('packages/conformance/src', (path) => path.endsWith('.ts'));

  it('is never left out by hand: only a law may be, for what its subject declares', () => {
    const leftOut =
      /\b(?:it|test|describe|law)\.(?:skip|only|todo|failing)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/;
    const ours = (path: string): boolean =>
      path !== 'packages/conformance/src/harness.ts' && path !== 'infra/structure/registry.test.ts';
    expect([...tests, ...laws].filter((path) => ours(path) && leftOut.test(readText(path)))).toEqual([]);
  });

  it('that is left out says in the report which declaration is the reason', () => {
    expect(readText('packages/conformance/src/harness.ts')).toContain('(skipped: ${skip})');
    const reasons = laws.flatMap((path) =>
      [...readText(path).matchAll(/\? false : (['`])(.*?)\1/g)].map(([, , reason = '']) => reason),
    );
    expect(reasons.length).toBeGreaterThan(5);
    expect(reasons.filter((reason) => !/^declares \S/.test(reason))).toEqual([]);
  });
});

describe('a service with stages', () => {
  it('shows each of them in a dry run, but for those that only watch dead letters', () => {
    const services = readdirSync(join(root, 'services')).filter((name) => {
      const declaration = readText(`services/${name}/src/service.ts`);
      return /\bstage: '/.test(declaration) && !declaration.includes('<dead letters>');
    });
    expect(services.length).toBeGreaterThan(2);
    expect(services.filter((name) => !existsSync(join(root, `services/${name}/src/dry-run.ts`)))).toEqual([]);
  });
});
