import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findJava, type RunningServers, startServers } from '@millrace/embedded';
import { testEnvironment } from '@millrace/embedded/testing';

declare global {
  var millraceServers: RunningServers | undefined;
}

const run = promisify(execFile);

/** Starts one Kafka, registry and Postgres for the whole run; `jest.config.mjs` gives it to the tests that need them only. */
export default async function globalSetup(): Promise<void> {
  const servers = await startForThisMachine();
  globalThis.millraceServers = servers;
  process.env[testEnvironment.kafka] = servers.kafkaBrokers.join(',');
  process.env[testEnvironment.registry] = servers.registryUrl;
  process.env[testEnvironment.postgres] = servers.postgresUrl;
}

/** Embedded where there is Java; by Testcontainers where there is only Docker. */
const startForThisMachine = async (): Promise<RunningServers> => {
  try {
    await findJava();
  } catch (error) {
    if (!(await hasDocker())) throw error;
    const { startContainers } = await import('./containers.ts');
    return startContainers();
  }
  return startServers({ onProgress: (part, message) => process.stderr.write(`${part}: ${message}\n`) });
};

const hasDocker = (): Promise<boolean> =>
  run('docker', ['info'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
