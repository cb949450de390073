import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowList, loadFlows } from '@millrace/flows';
import { parseDocument } from 'yaml';

/** The repository's own flows with one setting changed, so that a run measures what a user runs. Returns their folder. */
export function flowsInMode(from: string, to: string, mode: string): string {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (!/\.ya?ml$/.test(file)) continue;
    const document = parseDocument(readFileSync(join(from, file), 'utf8'));
    if (document.has('classify')) {
      document.setIn(['classify', 'mode'], mode);
      writeFileSync(join(to, file), document.toString());
    } else copyFileSync(join(from, file), join(to, file));
  }
  return to;
}

/** `<flow>.<route>` of every route that the tickets of this run pass. */
export function ticketRoutes(flows: string): readonly string[] {
  return flowList(loadFlows(flows))
    .filter(({ entity }) => entity === 'tickets')
    .flatMap(({ entity, deliver }) => deliver.map(({ route }) => `${entity}.${route}`));
}
