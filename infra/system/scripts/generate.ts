// Writes what derives from the services' declarations and the operators' endpoints: the stages that packages know, docker-compose.yml, and tables of READMEs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { literal } from '@millrace/contracts/literal';
import { loadFlows } from '@millrace/flows';
import { gatewayEndpoints, operatorEndpoints } from '@millrace/operator-api';
import { parse } from 'yaml';
import { composeFile } from '../src/compose.ts';
import { withEndpoints } from '../src/endpoints-table.ts';
import { loadServices } from '../src/services.ts';
import { withServices } from '../src/services-table.ts';

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

export const declaredStages: readonly DeclaredStage[] = ${literal(stages, { column: 56 })};
`;
write(target, text);

const servers = parse(readFileSync(join(root, 'infra/docker/servers.yaml'), 'utf8'));
write(
  join(root, 'docker-compose.yml'),
  composeFile({ services, servers, flows: loadFlows(join(root, 'infra/flows')) }),
);

bringUpToDate('README.md', (readme) => withServices(readme, services));
bringUpToDate('services/dlq-replayer/README.md', (readme) => withEndpoints(readme, operatorEndpoints));
bringUpToDate('services/ingest-gateway/README.md', (readme) => withEndpoints(readme, gatewayEndpoints, '/admin'));

function bringUpToDate(path: string, change: (readme: string) => string): void {
  write(join(root, path), change(readFileSync(join(root, path), 'utf8')));
}

function write(path: string, made: string): void {
  if (readFileSync(path, { encoding: 'utf8', flag: 'a+' }) !== made) writeFileSync(path, made);
}
