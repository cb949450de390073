import { type OpsFlows, topics } from '@millrace/contracts';
import {
  type Broker,
  type InboundRecord,
  isCodedError,
  type Producer,
  type Serde,
  type TopicReader,
} from '@millrace/messaging';
import { type Logger, names, type Part } from '@millrace/service';
import type { Flows } from './flows.ts';
import { flowsDigest } from './flows-digest.ts';
import { FlowError } from './problems.ts';

/** Key of the record that says which version every process should run. */
export const announcedKey = 'announced';

export interface FollowFlowsOptions {
  /** `sink-writers-0`: who answers. */
  readonly process: string;
  readonly broker: Pick<Broker, 'createProducer' | 'createReader'>;
  readonly serde: Serde;
  /** What the process was started with. */
  readonly flows: Flows;
  /** Reads the process's own files again, and checks them as at its start. Throws a `FlowError`. */
  readonly load: () => Flows;
  /**
   * Goes over to these flows while events flow, whole or not at all. Resolves with why it cannot before it is started anew;
   * empty when it has.
   */
  readonly apply: (next: Flows, before: Flows) => Promise<readonly string[]>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How often it looks whether the announced files have come; default 2,000. */
  readonly lookEveryMs?: number;
}

/**
 * Takes what an operator announces in `ops.flows`: the version, never the flows themselves, whose source is each process's
 * own folder. A process whose files are another version waits for them and says so; what it made of the announcement stands
 * in the same topic under its own key. Kafka away: it goes on with what it has, and hears of it later.
 */
export interface FlowsFollower extends Part {
  /** What the process runs. */
  current(): Flows;
}

type Answer = Pick<OpsFlows, 'state' | 'digest' | 'reasons'>;

const retryMs = 1_000;
/** Nobody's end is held up by a Kafka that does not answer. */
const farewellMs = 1_000;

export function followFlows(options: FollowFlowsOptions): FlowsFollower {
  const { process, broker, serde, load, apply, logger, now, lookEveryMs = 2_000 } = options;
  const closing = new AbortController();
  let current = options.flows;
  let announced: string | null = null;
  /** Announced and answered, so that nothing is to do before the next announcement. */
  let settled: string | null = null;
  let said: Answer | null = null;
  /** Known, and not in Kafka yet. */
  let owed: Answer | null = null;
  let producer: Producer | null = null;
  let reader: TopicReader | null = null;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  const answer = async (next: Answer): Promise<void> => {
    if (
      said !== null &&
      said.state === next.state &&
      said.digest === next.digest &&
      String(said.reasons) === String(next.reasons)
    )
      return;
    const record = { process, ...next, actor: null, at: now() };
    await producer?.send({
      ...{ topic: topics.opsFlows.name, key: Buffer.from(process), headers: [] },
      value: serde.encode(topics.opsFlows, record),
    });
    said = next;
    logger.info({ state: next.state, digest: next.digest, reasons: next.reasons }, names.logs.flows.version);
  };
  const running = (): Answer => ({ state: 'running', digest: flowsDigest(current), reasons: [] });
  const waiting = (reason: string): Answer => ({ state: 'waiting', digest: flowsDigest(current), reasons: [reason] });

  const goOver = async (wanted: string): Promise<Answer> => {
    const next = load();
    const digest = flowsDigest(next);
    if (digest !== wanted)
      return waiting(
        `the flow files of this process are version ${digest}, not ${wanted}: bring it the announced ones`,
      );
    const reasons = await apply(next, current);
    settled = wanted;
    if (reasons.length > 0) return { state: 'restart', digest: flowsDigest(current), reasons };
    current = next;
    return running();
  };
  const judged = async (wanted: string | null): Promise<Answer> => {
    if (wanted !== null && wanted !== flowsDigest(current)) {
      return goOver(wanted).catch((error: unknown) => {
        logger.warn({ err: error }, names.logs.flows.refused);
        return waiting(messageOf(error));
      });
    }
    settled = wanted;
    return running();
  };
  const step = async (): Promise<void> => {
    if (owed === null || announced !== settled) owed = await judged(announced);
    await answer(owed);
    owed = null;
  };
  /** One after another; what could not be answered, or waits for files, is looked at again. */
  const look = (): void => {
    clearTimeout(timer);
    last = last
      .then(step)
      .catch((error: unknown) => logger.warn({ err: error }, names.logs.kafka.retrying))
      .then(() => {
        if (!closing.signal.aborted && (announced !== settled || owed !== null)) timer = setTimeout(look, lookEveryMs);
      });
  };
  /** While the registry is away it waits: what was passed over would be heard of no more. */
  const hear = async ({ key, value, topic }: InboundRecord): Promise<void> => {
    if (key?.toString() !== announcedKey || value === null) return;
    while (!closing.signal.aborted) {
      try {
        announced = (await serde.decode(topics.opsFlows, value)).digest;
        if (isCaughtUp) look();
        return;
      } catch (error) {
        logger.warn({ err: error, topic }, names.logs.pipeline.controlUnreadable);
        if (!isCodedError(error) || error.disposition.kind !== 'retry') return;
        await pause(retryMs, closing.signal);
      }
    }
  };
  /** Of several announcements only the last is what processes should run. */
  let isCaughtUp = false;
  let heard: Promise<void> = Promise.resolve();
  const onRecord = (record: InboundRecord): void => {
    heard = heard.then(() => hear(record));
  };

  const connect = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        await serde.pin([topics.opsFlows]);
        producer ??= await broker.createProducer();
        reader = await broker.createReader({ topics: [topics.opsFlows.name], from: 'earliest', onRecord });
        await reader.caughtUp;
        await heard;
        isCaughtUp = true;
        return look();
      } catch (error) {
        if (closing.signal.aborted) return;
        logger.warn({ err: error }, names.logs.kafka.retrying);
        await reader?.close().catch(() => undefined);
        reader = null;
        await pause(retryMs, closing.signal);
      }
    }
  };
  let connecting: Promise<void> = Promise.resolve();

  return {
    name: 'flows',
    current: () => current,
    // Nobody waits for it: a process runs what it was started with.
    open: async () => {
      connecting = connect();
    },
    async close() {
      closing.abort();
      clearTimeout(timer);
      await reader?.close();
      await Promise.all([connecting, heard]);
      await last;
      clearTimeout(timer);
      // Who ended in order runs nothing: what is left of it would be waited for at each announcement.
      if (said !== null)
        await producer
          ?.send(
            { topic: topics.opsFlows.name, key: Buffer.from(process), value: null, headers: [] },
            AbortSignal.timeout(farewellMs),
          )
          .catch(() => undefined);
      await producer?.close();
    },
  };
}

/** Names what is wrong with files or stages, never a value. */
function messageOf(error: unknown): string {
  if (error instanceof FlowError || isCodedError(error)) return error.message;
  return 'it could not go over to the announced flows; its log says why';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
