import { type OpsFlows, topics } from '@millrace/contracts';
import { announcedKey } from '@millrace/flows/follow';
import {
  type Broker,
  type InboundRecord,
  isCodedError,
  isoTime,
  type Serde,
  type TopicReader,
} from '@millrace/messaging';
import { type Logger, names, type Part } from '@millrace/service';
import type { Publisher } from '../publisher.ts';

/** How one process stands to the announced version. */
export interface ProcessFlows {
  readonly process: string;
  readonly state: 'running' | 'waiting' | 'restart';
  readonly digest: string;
  readonly reasons: readonly string[];
  /** ISO 8601. */
  readonly at: string;
}

export interface FlowVersionsOptions {
  readonly broker: Pick<Broker, 'createReader'>;
  readonly serde: Serde;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly now: () => number;
}

/** What `ops.flows` says: the version that is announced, and what each process makes of it. */
export interface FlowVersions extends Part {
  announced(): string | null;
  processes(): readonly ProcessFlows[];
  announce(digest: string, actor: string): Promise<void>;
  /** Resolves when every process has taken the version, or has said why it did not and will not by itself; else when the signal ends. */
  answered(digest: string, signal: AbortSignal): Promise<void>;
}

export function createFlowVersions({ broker, serde, publisher, logger, now }: FlowVersionsOptions): FlowVersions {
  const said = new Map<string, OpsFlows>();
  const listeners = new Set<() => void>();
  let reader: TopicReader | null = null;
  let last: Promise<void> = Promise.resolve();

  const take = async ({ key, value }: InboundRecord): Promise<void> => {
    const process = key?.toString() ?? '';
    try {
      if (value === null) said.delete(process);
      else said.set(process, await serde.decode(topics.opsFlows, value));
    } catch (error) {
      logger.warn(
        { err: error, code: isCodedError(error) ? error.code : undefined },
        names.logs.replay.recordUnreadable,
      );
    }
    for (const listener of [...listeners]) listener();
  };
  const hasAnswered = (digest: string): boolean => {
    const at = said.get(announcedKey)?.at ?? 0;
    return processesOf(said).every(
      (one) => (one.state === 'running' && one.digest === digest) || (one.state === 'restart' && one.at >= at),
    );
  };

  return {
    name: 'flow versions',
    open: async () => {
      reader = await broker.createReader({
        topics: [topics.opsFlows.name],
        from: 'earliest',
        onRecord: (record) => {
          last = last.then(() => take(record));
        },
      });
    },
    close: async () => {
      await reader?.close();
    },
    announced: () => said.get(announcedKey)?.digest ?? null,
    processes: () =>
      processesOf(said).map(({ process, state, digest, reasons, at }) => ({
        ...{ process, state: state as ProcessFlows['state'], digest, reasons, at: isoTime(at) },
      })),
    announce: (digest, actor) =>
      publisher.publish(topics.opsFlows, announcedKey, {
        ...{ process: announcedKey, state: 'announced', digest, reasons: [], actor, at: now() },
      }),
    answered: (digest, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = (): void => {
        if (said.get(announcedKey)?.digest === digest && hasAnswered(digest)) resolve();
      };
      const onAbort = (): void => resolve();
      listeners.add(check);
      signal.addEventListener('abort', onAbort);
      check();
      return promise.finally(() => {
        listeners.delete(check);
        signal.removeEventListener('abort', onAbort);
      });
    },
  };
}

const processesOf = (said: ReadonlyMap<string, OpsFlows>): readonly OpsFlows[] =>
  [...said]
    .filter(([key]) => key !== announcedKey)
    .map(([, one]) => one)
    .toSorted((one, other) => (one.process < other.process ? -1 : 1));
