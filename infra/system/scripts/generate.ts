// Writes what the packages must know of the services, which they never import: the declared stages.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadServices } from '../src/services.ts';

const root = join(import.meta.dirname, '../../..');
const target = join(root, 'packages/flows/src/generated/stages.ts');

const services = await loadServices(root);
// The way of a record, upstream first: a service that others wait for comes before them.
const stages = services.flatMap(({ name, stages: declared }) => declared.map((stage) => ({ service: name, ...stage })));
const text = `// Made by \`npm run generate\` from services/*/src/service.ts. Do not edit.
import type { StageDeclaration } from '@millrace/service';

export interface DeclaredStage extends StageDeclaration {
  readonly service: string;
}

export const declaredStages: readonly DeclaredStage[] = ${JSON.stringify(stages, null, 2)};
`;
if (readFileSync(target, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(target, text);
