import { loadFlowsOrExit } from '@millrace/flows';
import { connectKafka, connectRegistry, registryAddress } from '@millrace/kafka';
import { connectDatabase } from '@millrace/ledger/postgres';
import {
  createHealth,
  createLogger,
  createMetrics,
  describeSettings,
  loadSettingsOrExit,
  runService,
} from '@millrace/service';
import { loadTokens } from './api/access.ts';
import { settings } from './config.ts';
import { indexHistory } from './index/schema.ts';
import { createReplayer } from './replayer.ts';

const name = 'dlq-replayer';
const config = loadSettingsOrExit(settings, process.env);
const flows = loadFlowsOrExit(config.flows);
const tokens = loadTokens(config.tokensFile);
const logger = createLogger({ service: name, level: config.logLevel });
const metrics = createMetrics({ processMetrics: true });
const instance = `${name}-${config.ordinal ?? 0}`;

const database = connectDatabase({
  url: config.postgresUrl,
  histories: [indexHistory],
  applicationName: instance,
  logger,
});
const broker = connectKafka({ ...config, clientId: instance, logger });
const producer = await broker.createProducer();
const serde = connectRegistry({ ...registryAddress(config), logger });
const health = createHealth({
  registry: metrics.registry,
  checks: [{ name: 'postgres', ready: () => database.readiness() }],
});
const shared = { broker, producer, serde, database, health, logger, metrics, tokens, instance, now: Date.now };

await runService({
  name,
  logger,
  health,
  parts: (control) => createReplayer({ ...config, ...shared, groups: flows.groups() }, control).parts,
  graceMs: config.graceMs,
  parent: config.parent,
  settings: describeSettings(settings, config),
});
