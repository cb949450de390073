import { loadFlows } from '@millrace/flows';
import { loadFollowedFlows } from '@millrace/flows/follow';
import { connectKafka, connectRegistry, connectSchemaAdmin, kafkaCheck, registryAddress } from '@millrace/kafka';
import { connectDatabase } from '@millrace/ledger/postgres';
import { connectCredentials } from '@millrace/operator-api/credentials';
import { authenticateTokens, loadTokens } from '@millrace/operator-api/server';
import { createLogger, createMetrics, describeSettings, loadSettingsOrExit, runService } from '@millrace/service';
import { settings } from './config.ts';
import { knownToAll } from './flows/known-to-all.ts';
import { liveTopology } from './flows/live-topology.ts';
import { indexHistory } from './index/schema.ts';
import { createReplayer } from './replayer.ts';

const name = 'dlq-replayer';
const config = loadSettingsOrExit(settings, process.env);
const followed = loadFollowedFlows(config.flows);
const topology = liveTopology(followed.flows);
const tokens = loadTokens(config.tokensFile);
const logger = createLogger({ service: name, level: config.logLevel });
const metrics = createMetrics({ processMetrics: true });
const instance = `${name}-${config.ordinal ?? 0}`;

const histories = [indexHistory];
const database = connectDatabase({ url: config.postgresUrl, histories, applicationName: instance, logger });
const credentials = connectCredentials({ url: config.postgresUrl, name: instance, now: Date.now, logger });
const broker = connectKafka({ ...config, clientId: instance, logger, metrics });
const producer = await broker.createProducer();
const serde = connectRegistry({ ...registryAddress(config), logger });
const fatal = Promise.withResolvers<Error>();
const stopping = new AbortController();
const replayer = createReplayer(
  {
    ...config,
    ...{ broker, producer, serde, database, logger, metrics, instance, now: Date.now },
    ...{ authenticate: authenticateTokens(tokens), gatewayToken: tokens.operator },
    ...{ credentials, sourceNames: Object.keys(followed.flows.sources) },
    checks: [kafkaCheck(broker)],
    ...topology,
    flowFiles: { ...followed, ...topology, check: () => loadFlows(config.flows, knownToAll(config.packs)) },
    schemas: connectSchemaAdmin(registryAddress(config)),
  },
  { fatal: fatal.resolve, stopping: stopping.signal },
);

await runService({
  name,
  logger,
  health: replayer.health,
  parts: (control) => {
    void fatal.promise.then((error) => control.fatal(error));
    control.stopping.addEventListener('abort', () => stopping.abort(control.stopping.reason));
    return replayer.parts;
  },
  graceMs: config.graceMs,
  parent: config.parent,
  settings: describeSettings(settings, config),
});
