import { type OpsControl, topics } from '@millrace/contracts';
import { type Logger, names } from '@millrace/service';
import type { Broker, TopicReader } from './broker.ts';
import { type Clock, systemClock } from './clock.ts';
import { untilAvailable } from './runtime/boot.ts';
import type { PipelineRun } from './runtime/pipeline-run.ts';
import type { Serde } from './serde.ts';

export interface ControlReaderOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly runs: readonly Pick<PipelineRun, 'group' | 'halt' | 'resume'>[];
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Obeys `ops.control`: every process reads every command and applies those for the groups it runs. */
export interface ControlReader {
  /** Reads from now on: a command is for those who are there. Waits while Kafka or the registry is away. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export function controlReader(options: ControlReaderOptions): ControlReader {
  const { broker, serde, runs, logger, clock = systemClock } = options;
  const closing = new AbortController();
  let reader: TopicReader | null = null;

  const obey = async (value: Buffer): Promise<void> => {
    let command: OpsControl;
    try {
      command = await serde.decode(topics.opsControl, value);
    } catch (error) {
      logger.warn({ err: error, topic: topics.opsControl.name }, names.logs.pipeline.controlUnreadable);
      return;
    }
    for (const run of runs.filter(({ group }) => group === command.group)) {
      if (command.command === 'halt') run.halt();
      else await run.resume().catch((error: unknown) => run.halt(codeOf(error)));
    }
  };
  // One after another: a halt that follows a resume must not overtake it.
  let last: Promise<void> = Promise.resolve();

  return {
    async start() {
      const open = async (): Promise<void> => {
        await serde.pin([topics.opsControl]);
        reader = await broker.createReader({
          topics: [topics.opsControl.name],
          from: 'latest',
          onRecord: ({ value }) => {
            if (value !== null) last = last.then(() => obey(value));
          },
        });
      };
      const onWait = (error: unknown, waitMs: number): void =>
        logger.warn({ err: error, waitMs }, names.logs.kafka.retrying);
      await untilAvailable(open, { clock, signal: closing.signal, onWait });
    },
    async close() {
      closing.abort();
      await reader?.close();
      await last;
    },
  };
}

function codeOf(error: unknown): string {
  const code = Error.isError(error) ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'X_PIPELINE_HALTED';
}
