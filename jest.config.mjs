import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const tested = ['packages', 'services', 'infra']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
  .filter((folder) => folder === 'infra/structure' || existsSync(join(root, folder, 'test')));

// Two projects of one name for each folder: only the second starts servers, and Jest runs its set-up once for all of
// them, and not at all when none of its files is selected.
const project = (folder) => ({
  displayName: folder.split('/').at(-1),
  rootDir: root, // one rootDir, or coverage globs miss
  roots: [`<rootDir>/${folder}`],
  testEnvironment: '<rootDir>/infra/testing/environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/infra/testing/strip-types.mjs' },
});
const pure = (folder) => ({
  ...project(folder),
  testMatch: ['**/test/**/!(*.int|*.e2e).test.ts', '**/infra/structure/**/*.test.ts'],
});
const withServers = (folder) => ({
  ...project(folder),
  testMatch: ['**/test/**/*.int.test.ts', '**/test/**/*.e2e.test.ts'],
  globalSetup: '<rootDir>/infra/testing/global-setup.ts',
  globalTeardown: '<rootDir>/infra/testing/global-teardown.ts',
});

export default {
  projects: tested.flatMap((folder) => [pure(folder), withServers(folder)]),
  reporters: ['default', '<rootDir>/infra/testing/passed-failed-reporter.mjs'],
  testTimeout: 60_000,
  // Jest would take one less than the cores, and on two run everything in its own process, where what one file leaves
  // behind stays with all the others.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  passWithNoTests: true,
  coverageProvider: 'v8',
  collectCoverageFrom: ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'],
};
