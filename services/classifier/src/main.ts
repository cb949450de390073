import { join } from 'node:path';
import { loadFollowedFlows } from '@millrace/flows/follow';
import { connectionsPart, connectKafka, connectRegistry, kafkaCheck, registryAddress } from '@millrace/kafka';
import { packsIn, shippedPacks, shippedTasks } from '@millrace/models';
import {
  createHealthServer,
  createLogger,
  createMetrics,
  describeSettings,
  loadSettingsOrExit,
  runService,
} from '@millrace/service';
import { createClassifier } from './classifier.ts';
import { settings as declared } from './config.ts';
import { connectHeldKeys } from './held-keys.ts';

const settings = loadSettingsOrExit(declared, process.env);
const packs = settings.packs ?? shippedPacks;
const { flows, follow } = loadFollowedFlows(settings.flows, { knownTasks: shippedTasks, knownPacks: packsIn(packs) });
const logger = createLogger({ service: 'classifier', level: settings.logLevel });
const metrics = createMetrics({ processMetrics: true });

const broker = connectKafka({ ...settings, clientId: `classifier-${settings.ordinal ?? 0}`, logger, metrics });
const serde = connectRegistry({ ...registryAddress(settings), logger });
const held = connectHeldKeys(flows, { postgresUrl: settings.postgresUrl, now: Date.now, logger, metrics });
const fatal = Promise.withResolvers<Error>();
const classifier = createClassifier({
  flows,
  packFolder: (pack) => join(packs, pack),
  broker,
  serde,
  ...held.options,
  settings,
  logger,
  metrics,
  monotonic: () => performance.now(),
  fatal: fatal.resolve,
});

await runService({
  name: 'classifier',
  logger,
  health: createHealthServer({
    ...settings,
    checks: [kafkaCheck(broker), ...classifier.checks],
    registry: metrics.registry,
  }),
  parts: (control) => {
    void fatal.promise.then((error) => control.fatal(error));
    const around = { process: `classifier-${settings.ordinal ?? 0}`, broker, serde, logger, now: Date.now };
    return [...held.parts, connectionsPart(broker, serde), classifier, follow(classifier.reload, around)];
  },
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(declared, settings),
});
