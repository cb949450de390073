import { sinks } from '@millrace/connectors/sinks';
import { loadFollowedFlows } from '@millrace/flows/follow';
import { connectionsPart, connectKafka, connectRegistry, kafkaCheck, registryAddress } from '@millrace/kafka';
import { connectLedger } from '@millrace/ledger';
import {
  createHealthServer,
  createLogger,
  createMetrics,
  describeSettings,
  loadSettingsOrExit,
  runService,
} from '@millrace/service';
import { settings as declared } from './config.ts';
import { createSinkWriters } from './sink-writers.ts';

const settings = loadSettingsOrExit(declared, process.env);
const { flows, follow } = loadFollowedFlows(settings.flows, { knownSinks: sinks });
const logger = createLogger({ service: 'sink-writers', level: settings.logLevel });
const metrics = createMetrics({ processMetrics: true });
const shared = { logger, metrics, now: Date.now };

const broker = connectKafka({ ...settings, clientId: `sink-writers-${settings.ordinal ?? 0}`, logger, metrics });
const serde = connectRegistry({ ...registryAddress(settings), logger });
const ledger = connectLedger({
  ...settings,
  url: settings.postgresUrl,
  schema: 'sink_writers',
  deliveriesIn: 'public',
  ...shared,
});
const fatal = Promise.withResolvers<Error>();
const writers = createSinkWriters({
  flows,
  sinks,
  broker,
  serde,
  effects: ledger.effects,
  heldKeys: ledger.heldKeys,
  settings,
  environment: process.env,
  ...shared,
  fatal: fatal.resolve,
});
const checks = [kafkaCheck(broker), ...writers.checks];

await runService({
  name: 'sink-writers',
  logger,
  health: createHealthServer({ ...settings, checks, registry: metrics.registry }),
  parts: (control) => {
    void fatal.promise.then((error) => control.fatal(error));
    const around = { process: `sink-writers-${settings.ordinal ?? 0}`, broker, serde, ...shared };
    return [ledger, connectionsPart(broker, serde), writers, follow(writers.reload, around)];
  },
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(declared, settings),
});
