import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ReferenceRow, topics } from '@millrace/contracts';
import { connectKafka, connectRegistry } from '@millrace/kafka';
import { connectLedger } from '@millrace/ledger';
import { connectDatabase } from '@millrace/ledger/postgres';
import { CodedError, deadLetter, pipeline, runPipeline } from '@millrace/messaging';
import { createLogger, createMetrics, exitCodeOf, exitCodes } from '@millrace/service';

/** What the process is to run; one argument, as JSON. */
export interface HeldPlan {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
  readonly group: string;
  readonly source: string;
  /** A file named after a record makes it fail. */
  readonly brokenFolder: string;
  readonly handlerMs: number;
}

export const sourceNamed = (name: string): typeof topics.referenceRows =>
  Object.assign(Object.create(topics.referenceRows), { name, subject: `${name}-value` }) as typeof topics.referenceRows;

// One process of a group that holds keys, to be killed. What it applies goes into an append-only table of the test.
if (process.argv[1] === import.meta.filename) {
  const plan = JSON.parse(process.argv[2] as string) as HeldPlan;
  const logger = createLogger({ service: 'process', level: 'silent' });
  const broker = connectKafka({ brokers: plan.brokers, clientId: plan.group, logger });
  const serde = connectRegistry({ url: plan.registryUrl, logger });
  const ledger = connectLedger({ url: plan.postgresUrl, schema: 'sink_writers', now: Date.now, logger });
  const database = connectDatabase({ url: plan.postgresUrl, histories: [], applicationName: 'applied', logger });
  const producer = await broker.createProducer();
  const run = runPipeline(
    pipeline<ReferenceRow>({
      name: plan.group,
      group: plan.group,
      from: [sourceNamed(plan.source)],
      order: 'key',
      onFailure: 'hold-key',
      handle: async ({ data, key }) => {
        await new Promise((resolve) => setTimeout(resolve, plan.handlerMs));
        if (existsSync(join(plan.brokenFolder, data.key)))
          throw new CodedError('X_T_REFUSED', 'the destination refuses it', { disposition: deadLetter });
        await database.query('INSERT INTO applied (key, name) VALUES ($1, $2)', [key, data.key]);
        return { outputs: [], outcome: { kind: 'delivered' } };
      },
    }),
    {
      ...{ broker, producer, serde, logger, metrics: createMetrics(), heldKeys: ledger.heldKeys },
      settings: { commitIntervalMs: 200 },
      onFatal: (error) => void stop(exitCodeOf(error)),
    },
  );
  const stop = async (code: number): Promise<void> => {
    await run.drain(AbortSignal.timeout(2_000));
    await run.close();
    await broker.close();
    process.exit(code);
  };
  process.once('SIGTERM', () => void stop(exitCodes.stopped));
  await ledger.open();
  await database.open();
  await run.start();
  process.stdout.write('ready\n');
}
