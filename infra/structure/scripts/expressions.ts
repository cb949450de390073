// Proves with `recheck` that every regular expression of the product is linear, and writes the proven ones to
// infra/structure/linear-expressions.json. Only those that are not in there yet are checked, which takes a second each.
// `--all` checks all of them again. What cannot be proven has to be rewritten, or bounded and listed in bounded-expressions.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundedExpressions } from '../bounded-expressions.ts';
import { type Expression, expressions, partsOf } from '../expressions.ts';
import { root } from '../workspace.ts';

const file = join(root, 'infra/structure/linear-expressions.json');
const before = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
const known = new Set(process.argv.includes('--all') ? [] : before);
const used = new Map(
  expressions()
    .filter(({ text }) => text !== 'new RegExp' && !Object.hasOwn(boundedExpressions, text))
    .map((expression) => [expression.text, expression]),
);
const doubtful: string[] = [];
for (const [text, expression] of used) {
  if (known.has(text)) continue;
  const doubt = await doubtOf(expression);
  if (doubt === null) known.add(text);
  else doubtful.push(`${expression.path}:${expression.line} ${text}\n  ${doubt}`);
}
const after = [...known].filter((text) => used.has(text)).sort();
if (JSON.stringify(after) !== JSON.stringify([...before])) {
  writeFileSync(file, `${JSON.stringify(after, null, 2)}\n`);
  process.stdout.write('updated: infra/structure/linear-expressions.json\n');
}
if (doubtful.length > 0) {
  process.stderr.write(`not linear, or not proven so:\n${doubtful.join('\n')}\n`);
  process.exitCode = 1;
}

/** Why an expression may cost more than its text is long; null where it was proven that none does. */
async function doubtOf({ text }: Expression): Promise<string | null> {
  // In this process: the native checkers are not installed everywhere, and say the same.
  process.env['RECHECK_BACKEND'] = 'pure';
  const { check } = await import('recheck');
  const { pattern, flags } = partsOf(text);
  const found = await check(pattern, flags, { timeout: 20_000 });
  if (found.status === 'safe') return null;
  return found.status === 'vulnerable' ? `${found.complexity.summary}: ${found.attack.pattern}` : found.error.kind;
}
