import { type OpsControl, topics } from '@millrace/contracts';
import { type Logger, names } from '@millrace/service';
import type { Broker, InboundRecord, TopicReader } from './broker.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { isCodedError } from './disposition.ts';
import { untilAvailable } from './runtime/boot.ts';
import type { PipelineRun } from './runtime/pipeline-run.ts';
import type { Serde } from './serde.ts';

export interface ControlReaderOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly runs: readonly ControlledRun[];
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** What is done to a pipeline by an operator's wish. One that cannot leave its group, or has no rate, only halts and resumes. */
export type ControlledRun = Pick<PipelineRun, 'group' | 'halt' | 'resume'> &
  Partial<Pick<PipelineRun, 'leave' | 'setRate'>>;

/**
 * Obeys `ops.control`, the desired state of each consumer group: whether it works, and how fast. The newest record of each of
 * the two counts until the next one. What an operator halted or slowed down stays so through restarts, deploys and new
 * members, because every process reads the topic to its end before its pipelines join.
 */
export interface ControlReader {
  /**
   * Resolves when what was desired before the call is applied; start the pipelines only then. Waits while Kafka or the
   * registry is away; resolves early when it is closed meanwhile.
   */
  start(): Promise<void>;
  /** Obeys for one more from now on, beginning with what is desired of its group already: start it only then. */
  adopt(run: ControlledRun): Promise<void>;
  /** Obeys for it no longer. */
  release(run: ControlledRun): void;
  close(): Promise<void>;
}

const unreadableWaitMs = 1_000;

export function controlReader(options: ControlReaderOptions): ControlReader {
  const { broker, serde, logger, clock = systemClock } = options;
  const closing = new AbortController();
  const runs = new Set<ControlledRun>(options.runs);
  /** The newest of each wish about each group. */
  const desired = new Map<string, OpsControl>();
  /** Whether what was desired when we came is applied, and commands are obeyed as they arrive. */
  let isApplied = false;
  let reader: TopicReader | null = null;
  const turns = new Map<string, Promise<void>>();

  /** Null for what nobody can read. While the registry is away it waits: a halt that was passed over would be forgotten. */
  const read = async (value: Buffer): Promise<OpsControl | null> => {
    while (!closing.signal.aborted) {
      try {
        return await serde.decode(topics.opsControl, value);
      } catch (error) {
        logger.warn({ err: error, topic: topics.opsControl.name }, names.logs.pipeline.controlUnreadable);
        if (!isCodedError(error) || error.disposition.kind !== 'retry') return null;
        await sleep(clock, unreadableWaitMs, closing.signal).catch(() => undefined);
      }
    }
    return null;
  };
  const obey = async ({ command, leaves, ratePerSecond }: OpsControl, run: ControlledRun): Promise<void> => {
    if (command === 'rate') run.setRate?.(ratePerSecond);
    else if (command === 'resume') await run.resume().catch((error: unknown) => run.halt(codeOf(error)));
    else {
      run.halt();
      // Not awaited: what runs may take its time, and a resume waits for it by itself.
      if (leaves) run.leave?.().catch(() => undefined);
    }
  };
  const obeyAll = async (command: OpsControl): Promise<void> => {
    for (const run of [...runs].filter((one) => one.group === command.group)) await obey(command, run);
  };
  /** A pipeline starts running anyway, so only what keeps it from that, or bounds it, is applied. */
  const obeyDesired = async (run: ControlledRun): Promise<void> => {
    for (const command of [...desired.values()])
      if (command.group === run.group && command.command !== 'resume') await obey(command, run);
  };
  /** One after another: a halt that follows a resume must not overtake it. No group waits for another's. */
  const inTurn = (group: string, work: () => Promise<void>): Promise<void> => {
    const turn = (turns.get(group) ?? Promise.resolve()).then(work);
    turns.set(group, turn);
    return turn;
  };
  const take = async ({ value }: InboundRecord): Promise<void> => {
    const command = value === null ? null : await read(value);
    if (command === null || closing.signal.aborted) return;
    desired.set(wishOf(command), command);
    if (isApplied) void inTurn(command.group, () => obeyAll(command));
  };
  const applyDesired = async (): Promise<void> => {
    isApplied = true;
    for (const run of [...runs]) await obeyDesired(run);
  };
  let last: Promise<void> = Promise.resolve();

  return {
    async start() {
      const open = async (): Promise<void> => {
        await serde.pin([topics.opsControl]);
        reader = await broker.createReader({
          topics: [topics.opsControl.name],
          from: 'earliest',
          onRecord: (record) => {
            last = last.then(() => take(record));
          },
        });
      };
      const onWait = (error: unknown, waitMs: number): void =>
        logger.warn({ err: error, waitMs }, names.logs.kafka.retrying);
      await untilAvailable(open, { clock, signal: closing.signal, onWait });
      await Promise.race([reader?.caughtUp, aborted(closing.signal)]);
      last = last.then(applyDesired);
      await last;
    },
    adopt(run) {
      runs.add(run);
      return inTurn(run.group, () => obeyDesired(run));
    },
    release: (run) => void runs.delete(run),
    async close() {
      closing.abort();
      await reader?.close();
      await last;
      await Promise.all(turns.values());
    },
  };
}

/** Whether a group works and how fast are two wishes. */
const wishOf = ({ group, command }: OpsControl): string => (command === 'rate' ? `${group}#rate` : group);

function codeOf(error: unknown): string {
  const code = Error.isError(error) ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'X_PIPELINE_HALTED';
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
