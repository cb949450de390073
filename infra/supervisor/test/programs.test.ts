import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFlows } from '@millrace/flows';
import { loadSecrets } from '@millrace/provision/secrets';
import { quietRuntime } from '@millrace/service';
import { loadServices } from '@millrace/system/services';
import { portsFrom } from '../src/layout.ts';
import { type ProgramsOptions, servicePrograms, simulatorsProgram } from '../src/programs.ts';
import { temporaryFolder } from './fixtures.ts';

const root = join(import.meta.dirname, '../../..');
const flows = join(root, 'infra/flows');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let options: ProgramsOptions;

beforeAll(async () => {
  folder = await temporaryFolder();
  const services = await loadServices(root);
  options = {
    ...{ root, flows, services, dataDir: folder.path, loaded: loadFlows(flows), environment: {}, kafkaNodes: 1 },
    ports: portsFrom(9_000, services),
    secrets: await loadSecrets(folder.path),
  };
});
afterAll(() => folder.remove());

describe('the memory of a program', () => {
  it('is small where it carries no traffic on, and as measured for throughput where it does', () => {
    const isQuiet = ({ runtime }: { readonly runtime?: unknown }): boolean => runtime === quietRuntime;
    const programs = servicePrograms(options);
    expect(programs.filter(isQuiet).map(({ name }) => name)).toEqual(['dlq-replayer']);
    expect(programs.length).toBeGreaterThan(4);
    expect(isQuiet(simulatorsProgram(options))).toBe(true);
  });
});
