import { sources } from '@millrace/connectors/sources';
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
import { createEnricher } from './enricher.ts';

const settings = loadSettingsOrExit(declared, process.env);
const { flows, follow } = loadFollowedFlows(settings.flows, { knownSources: sources });
const logger = createLogger({ service: 'enricher', level: settings.logLevel });
const metrics = createMetrics({ processMetrics: true });
const now = Date.now;

const broker = connectKafka({ ...settings, clientId: `enricher-${settings.ordinal ?? 0}`, logger, metrics });
const serde = connectRegistry({ ...registryAddress(settings), logger });
const ledger = connectLedger({ ...settings, url: settings.postgresUrl, schema: 'enricher', now, logger, metrics });
const fatal = Promise.withResolvers<Error>();
const enricher = createEnricher({
  flows,
  connectors: sources,
  broker,
  serde,
  bodies: ledger.bodies,
  heldKeys: ledger.heldKeys,
  settings,
  logger,
  metrics,
  now,
  fatal: fatal.resolve,
});

await runService({
  name: 'enricher',
  logger,
  health: createHealthServer({
    ...settings,
    checks: [kafkaCheck(broker), ...enricher.checks],
    registry: metrics.registry,
  }),
  parts: (control) => {
    void fatal.promise.then((error) => control.fatal(error));
    const around = { process: `enricher-${settings.ordinal ?? 0}`, broker, serde, logger, now };
    return [connectionsPart(broker, serde), ledger, enricher, follow(enricher.reload, around)];
  },
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(declared, settings),
});
