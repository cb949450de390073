import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { simulatedConnectors } from '@millrace/connectors/registry';
import { sinks } from '@millrace/connectors/sinks';
import { sources } from '@millrace/connectors/sources';
import { demandFreePort, isPortFree, prepareJavaParts } from '@millrace/embedded';
import { type Flows, loadFlows } from '@millrace/flows';
import { packsIn, shippedPacks, shippedTasks } from '@millrace/models/shipped-packs';
import { provisionTopics, registerSchemas } from '@millrace/provision';
import { loadSecrets, type Secrets, tokenFile } from '@millrace/provision/secrets';
import { neededServices } from '@millrace/system/environment';
import { loadServices } from '@millrace/system/services';
import type { SystemState } from '@millrace/system/state';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import {
  host,
  type KafkaNodes,
  kafkaNodes,
  operatorPortOf,
  type Ports,
  portOf,
  portOwners,
  portsFrom,
  urlOf,
} from './layout.ts';
import { startLiveLine } from './live-line.ts';
import type { SupervisorOptions } from './options.ts';
import { createPrinter, type Printer } from './printer.ts';
import { programPart } from './program.ts';
import { installationOf, type ProgramsOptions, servicePrograms, simulatorsProgram } from './programs.ts';
import { sendSamples } from './samples/send-samples.ts';
import { kafkaBrokers, postgresUrl, registryUrl, serverParts } from './server-parts.ts';
import { stateFile, writeState } from './state-file.ts';
import { System } from './system.ts';

export interface SuperviseOptions extends SupervisorOptions {
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Runs the whole system until it is asked to stop. Rejects with one sentence when it cannot start. */
export const supervise = async (options: SuperviseOptions): Promise<void> => {
  const printer = createPrinter(options.json ? options.stderr : options.stdout);
  const folder = await openDataFolder(options.dataDir);
  try {
    await run(options, folder, printer);
  } finally {
    printer.end();
    await folder.release();
  }
};

const run = async (options: SuperviseOptions, folder: DataFolder, printer: Printer): Promise<void> => {
  const { stop } = options;
  const declared = await loadServices(options.root);
  const ports = portsFrom(options.portBase, declared);
  // With every name that some service knows: all problems are told here at once, not by one service after the other.
  const packs = options.environment['MILLRACE_PACKS'] || shippedPacks;
  const known = { knownTasks: shippedTasks, knownPacks: packsIn(packs) };
  const flows = loadFlows(options.flows, { knownSources: sources, knownSinks: sinks, ...known });
  if (folder.wasKilled) printer.say('The last run on this folder was killed; going on from its data.');
  await demandPorts(ports, options.kafkaNodes, folder.wasKilled);
  const secrets = await loadSecrets(options.dataDir);
  const programs: ProgramsOptions = {
    ...{ ...options, ports, secrets, loaded: flows, services: neededServices(declared, flows) },
  };
  const javaParts = lazily(() => prepareJavaParts((message) => printer.progress('kafka', message), stop));
  const services = servicePrograms(programs);
  const state = (system: System): SystemState =>
    describeState(
      options,
      ports,
      secrets.postgresPassword,
      services.map(({ name }) => name),
      system,
    );
  const system: System = new System(
    {
      servers: serverParts({
        dataDir: options.dataDir,
        ports,
        kafkaNodes: options.kafkaNodes,
        postgresPassword: secrets.postgresPassword,
        javaParts,
        onProgress: printer.progress,
      }),
      simulators: programPart(simulatorsProgram(programs)),
      services: services.map(programPart),
      provisionTopics: () =>
        provisionTopics({
          kafka: { brokers: kafkaBrokers(ports, options.kafkaNodes) },
          flows,
          replicationFactor: options.kafkaNodes,
        }),
      registerSchemas: () =>
        registerSchemas({
          registry: { url: registryUrl(ports) },
          flows,
          stamp: join(options.dataDir, 'registry', 'schemas.sha256'),
        }),
    },
    { ready: printer.ready },
    {
      say: (part, message) => printer.say(`${part} ${message}.`),
      onChange: () => {
        void writeState(state(system)).catch(() => printer.say(`${stateFile(options.dataDir)} could not be written.`));
      },
    },
  );
  try {
    await system.open(stop);
    await writeState(state(system));
    announce(options, printer, state(system), ports);
    await work({
      options,
      ports,
      printer,
      flows,
      secrets,
      environment: installationOf(programs).variables,
      services: services.map(({ name }) => name),
    });
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    printer.say('Stopping.');
    await system.close();
    printer.say('Millrace has stopped.');
  }
};

interface Work {
  readonly options: SuperviseOptions;
  readonly ports: Ports;
  readonly printer: Printer;
  readonly flows: Flows;
  readonly secrets: Secrets;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Those that run. */
  readonly services: readonly string[];
}

/** Samples and the live line, until we are asked to stop. */
const work = async ({ options, ports, printer, flows, secrets, environment, services }: Work): Promise<void> => {
  const { stop } = options;
  const metrics = Object.fromEntries(services.map((name) => [name, `${urlOf(operatorPortOf(ports, name))}/metrics`]));
  const everyMs = options.stdout.isTTY === true ? 1_000 : 10_000;
  const live = options.json ? undefined : startLiveLine({ metrics, show: printer.live, everyMs });
  if (options.samples) {
    await sendSamples(
      {
        root: options.root,
        dataDir: options.dataDir,
        flows,
        flowsFolder: options.flows,
        gatewayUrl: urlOf(portOf(ports, 'ingest-gateway')),
        operatorUrl: urlOf(portOf(ports, 'dlq-replayer')),
        operatorToken: secrets.tokens.operator,
        environment,
        say: printer.say,
      },
      stop,
    );
  }
  await aborted(stop);
  live?.stop();
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const lazily = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const patienceMs = 12_000;

/** All of them, before anything starts. After a kill the children of the last run may still be on their way out. */
const demandPorts = async (ports: Ports, nodes: KafkaNodes, wasKilled: boolean): Promise<void> => {
  const deadline = performance.now() + (wasKilled ? patienceMs : 0);
  for (const [owner, port] of portOwners(ports, nodes)) {
    while (performance.now() < deadline && !(await isPortFree(port, host))) await pause(100);
    await demandFreePort(owner, port, host);
  }
};

const describeState = (
  options: SuperviseOptions,
  ports: Ports,
  password: string,
  names: readonly string[],
  system: System,
): SystemState => ({
  ready: true,
  pid: process.pid,
  adminUrl: urlOf(portOf(ports, 'ingest-gateway', 'adminPort')),
  tokenFile: tokenFile(options.dataDir),
  kafka: { brokers: kafkaBrokers(ports, options.kafkaNodes) },
  registry: { url: registryUrl(ports) },
  postgres: { url: postgresUrl(ports, password) },
  services: Object.fromEntries(
    names.map((name) => [name, { url: urlOf(portOf(ports, name)), pid: system.pidOf(name) }]),
  ),
  processes: {
    ...Object.fromEntries(kafkaNodes(ports, options.kafkaNodes).map(({ name }) => [name, { pid: system.pidOf(name) }])),
    registry: { pid: system.pidOf('registry') },
    postgres: { pid: system.pidOf('postgres') },
  },
  simulators: Object.fromEntries(
    Object.entries(ports.simulators).map(([name, port]) => [
      name,
      { url: urlOf(port), pid: system.pidOf('simulators') },
    ]),
  ),
  dataDir: options.dataDir,
});

const announce = (options: SuperviseOptions, printer: Printer, state: SystemState, ports: Ports): void => {
  if (options.json) {
    options.stdout.write(`${JSON.stringify(state)}\n`);
    return;
  }
  printer.say(
    `Millrace is ready: webhooks and events at ${urlOf(portOf(ports, 'ingest-gateway'))}, operator API at ${urlOf(portOf(ports, 'dlq-replayer'))}.`,
  );
  for (const { name, label } of simulatedConnectors) {
    printer.say(`  ${`what ${label} received`.padEnd(32)}  ${urlOf(ports.simulators[name] ?? 0)}`);
  }
  if (options.samples) printer.say('  why some samples failed           npx millrace dlq groups');
  printer.say(`  state and logs                    ${stateFile(options.dataDir)}  ${options.dataDir}/logs`);
  printer.say('  to stop                           Ctrl-C');
};
