import { sources as definitions } from '@millrace/connectors/sources';
import { loadFollowedFlows } from '@millrace/flows/follow';
import { connectLedger } from '@millrace/ledger';
import { connectCredentials } from '@millrace/operator-api/credentials';
import { createLogger, createMetrics, describeSettings, loadSettingsOrExit, runService } from '@millrace/service';
import { settings as gatewaySettings } from './config.ts';
import { createGateway } from './gateway.ts';
import { orExit } from './gateway-error.ts';
import { connectKafkaPart } from './kafka-part.ts';
import { loadTokens } from './load-tokens.ts';
import { configureSources, sourceRestarts } from './source-instances.ts';
import { loadApiKeys } from './sources-file.ts';

const settings = loadSettingsOrExit(gatewaySettings, process.env);
const { flows, follow } = loadFollowedFlows(settings.flows, { knownSources: definitions });
const { sources, keys, tokens } = orExit(() => ({
  sources: configureSources(flows.sources, definitions, process.env),
  keys: loadApiKeys(settings.sourcesFile, Object.keys(flows.sources)),
  tokens: loadTokens(settings.tokensFile),
}));
const logger = createLogger({ service: 'ingest-gateway', level: settings.logLevel });
const metrics = createMetrics({ processMetrics: true });
const now = Date.now;

const kafka = connectKafkaPart(settings, logger, metrics);
const postgres = { url: settings.postgresUrl, now, logger };
const ledger = connectLedger({ ...settings, ...postgres, schema: 'ingest_gateway', metrics });
const credentials = connectCredentials({
  ...postgres,
  name: 'ingest-gateway',
  lookupTimeoutMs: settings.claimTimeoutMs,
});
const gateway = createGateway({
  ...settings,
  definitions,
  sources,
  keys,
  credentials: credentials.reader,
  tokens,
  connectProducer: kafka.createProducer,
  kafkaReadiness: kafka.readiness,
  checks: [kafka.durability],
  serde: kafka.serde,
  ledger,
  logger,
  metrics,
  now,
});

await runService({
  name: 'ingest-gateway',
  logger,
  health: gateway.health,
  parts: [ledger, credentials, kafka, ...gateway.parts, follow(sourceRestarts, { ...kafka.following, logger, now })],
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(gatewaySettings, settings),
});
