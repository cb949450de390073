import { sinks } from '@millrace/connectors/sinks';
import { parseFlows } from '@millrace/flows';
import { connectKafka, connectRegistry } from '@millrace/kafka';
import { connectLedger } from '@millrace/ledger';
import { defaultPipelineSettings } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createSinkWriters } from '../src/sink-writers.ts';
import { aPrinter } from './a-printer.ts';

/** One argument, as JSON. */
export interface InDoubtPlan {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
  readonly flows: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the printer prints: each request one page, and nobody can ask what was printed. */
  readonly printerUrl: string;
}

// The service on real Kafka, registry and Postgres, with one sink more: no vendor that we ship leaves a doubt to a person.
const plan = JSON.parse(process.argv[2] as string) as InDoubtPlan;
const printer = aPrinter(async (body, signal) => {
  await fetch(plan.printerUrl, { method: 'POST', body, signal });
});
const known = { ...sinks, printer };
const logger = createLogger({ service: 'in-doubt', level: 'silent' });
const ledger = connectLedger({
  ...{ url: plan.postgresUrl, schema: 'sink_writers', deliveriesIn: 'public', logger },
  now: Date.now,
});
const writers = createSinkWriters({
  flows: parseFlows([{ file: 'test.yaml', text: plan.flows }], { knownSinks: known }),
  sinks: known,
  broker: connectKafka({ brokers: plan.brokers, clientId: 'in-doubt', logger }),
  serde: connectRegistry({ url: plan.registryUrl, logger }),
  effects: ledger.effects,
  environment: plan.environment,
  logger,
  metrics: createMetrics(),
  now: Date.now,
  fatal: (error) => {
    throw error;
  },
  settings: {
    ...defaultPipelineSettings,
    ...{ graceMs: 10_000, ordinal: 0, rateLimits: 'after-refusal', writeTimeoutMs: 60_000, rateLimitPatienceMs: 5_000 },
    ...{ breakerOpenMs: 100, mostWritesPerKey: 30, expressionTimeoutMs: 2_000 },
    trustedOrigins: Object.values(plan.environment).filter((value) => value.startsWith('http://')),
  },
});
await ledger.open();
await writers.open();
