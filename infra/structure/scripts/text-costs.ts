// What it costs to read one million characters of the hostile text that costs most, for every function and every regular
// expression that meets strangers' text: node infra/structure/scripts/text-costs.ts [FOLDER] [--all]
// Processor time of one thread. Expressions under 20 ms are counted only, unless --all asks for them.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { costliest, type TextFunction } from '@millrace/conformance/text-cost';
import { boundedExpressions } from '../bounded-expressions.ts';
import { expressions, partsOf } from '../expressions.ts';
import { filesBelow, root } from '../workspace.ts';

const isAll = process.argv.includes('--all');
const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const notableMs = 20;

const lists = ['packages', 'services']
  .flatMap((parent) => filesBelow(parent, (path) => path.endsWith('/test/text-functions.ts')))
  .filter((path) => path.startsWith(folder));

say('| function | where | what bounds its text | worst text | ms per million characters |\n|---|---|---|---|---|');
for (const path of lists) {
  const { textFunctions } = (await import(pathToFileURL(join(root, path)).href)) as {
    readonly textFunctions: readonly TextFunction[];
  };
  for (const one of textFunctions) {
    const { text, length, ms, isLinear } = costliest(one);
    const cost = isLinear ? Math.round((ms * 1_000_000) / length) : `not linear at ${length}`;
    say(`| ${one.name} | ${path.replace(/\/test\/.*/, '')} | ${cell(one.bound)} | ${cell(text)} | ${cost} |`);
  }
}

say('\n| expression | where | what bounds its text | worst text | ms per million characters |\n|---|---|---|---|---|');
let quick = 0;
const seen = new Set<string>(['new RegExp']);
for (const { path, line, text } of expressions().filter((one) => one.path.startsWith(folder))) {
  if (seen.has(text)) continue;
  seen.add(text);
  const where = `| \`${cell(text)}\` | ${path}:${line}`;
  const bound = boundedExpressions[text];
  if (bound !== undefined) {
    say(`${where} | ${cell(bound)} | | |`);
    continue;
  }
  const { pattern, flags } = partsOf(text);
  const expression = new RegExp(pattern, flags);
  const cost = costliest({ name: text, bound: '', run: (given) => given.replace(expression, '') });
  if (cost.isLinear && cost.ms < notableMs && !isAll) quick++;
  else say(`${where} | proven linear | ${cell(cost.text)} | ${cost.isLinear ? Math.round(cost.ms) : 'not linear'} |`);
}
say(`\n${quick} more expressions, each proven linear and below ${notableMs} ms.`);
