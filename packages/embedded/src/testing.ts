import { randomBytes } from 'node:crypto';
import { EmbeddedError } from './errors.ts';

export { type CuttableProxy, openCuttableProxy } from './cuttable-proxy.ts';
export { openTransactionPooler, type TransactionPooler } from './transaction-pooler.ts';

/** The servers of this Jest run. */
export interface TestCluster {
  readonly kafkaBrokers: readonly string[];
  readonly registryUrl: string;
  /** Of an administrator; use `testDatabase` for a database of your own. */
  readonly postgresUrl: string;
}

/** How the run's set-up tells its workers; `infra/testing/global-setup.ts` writes them. */
export const testEnvironment = {
  kafka: 'MILLRACE_TEST_KAFKA',
  registry: 'MILLRACE_TEST_REGISTRY',
  postgres: 'MILLRACE_TEST_POSTGRES',
} as const;

/** The servers that the Jest run started once for all `*.int.test.ts` and e2e files. */
export const testCluster = (): TestCluster => ({
  kafkaBrokers: read(testEnvironment.kafka).split(','),
  registryUrl: read(testEnvironment.registry),
  postgresUrl: read(testEnvironment.postgres),
});

const read = (name: string): string => {
  // biome-ignore lint/style/noProcessEnv: the environment is Jest's only way from its set-up to its workers
  const value = process.env[name];
  if (value) return value;
  throw new EmbeddedError(
    'X_EMBEDDED_NO_TEST_CLUSTER',
    `${name} is not set: only *.int.test.ts and *.e2e.test.ts files get servers.`,
  );
};

/** A prefix for topics, groups and subjects that no other test file and no earlier run uses. */
export const testNamespace = (): string => `t${randomBytes(5).toString('hex')}`;

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A fresh, empty database in the run's Postgres. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const { default: pg } = await import('pg');
  const { postgresUrl } = testCluster();
  const database = testNamespace();
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await administer(`CREATE DATABASE ${database}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return { url: url.href, drop: () => administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`) };
};
