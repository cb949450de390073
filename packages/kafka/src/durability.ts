import { minInsyncReplicas, promisedReplicationFactor } from '@millrace/contracts';
import type { BrokerAdmin, TopicDescription } from '@millrace/messaging';
import type { Part, Readiness, ReadinessState } from '@millrace/service';

export interface DurabilityOptions {
  readonly admin: Pick<BrokerAdmin, 'describeTopics'>;
  /** What the service writes to. */
  readonly topics: readonly string[];
  /** `MILLRACE_REPLICATION_FACTOR`; undefined where nobody said it. */
  readonly declared: number | undefined;
  readonly everyMs?: number;
}

/** How many brokers keep what the service acknowledges: a part of being ready, because it is what "accepted" means. */
export interface DurabilityCheck extends Part, Readiness {}

/**
 * Asks the cluster now and then, and answers from memory. Not ready where a topic has fewer copies than were declared;
 * where nothing was declared it says what is there, and the doctor says what is missing.
 */
export function createDurabilityCheck(options: DurabilityOptions): DurabilityCheck {
  const { admin, topics, declared, everyMs = 60_000 } = options;
  let state: ReadinessState = { ok: true, says: 'not asked yet' };
  let timer: NodeJS.Timeout | undefined;
  const ask = async (): Promise<void> => {
    try {
      state = durabilityState(await admin.describeTopics(topics), declared);
    } catch {
      // That Kafka is away is told by those who wait for it; what was found last still holds.
    }
  };
  return {
    name: 'durability',
    ready: () => state,
    open: async () => {
      void ask();
      timer = setInterval(() => void ask(), everyMs).unref();
    },
    close: async () => clearInterval(timer),
  };
}

/** Pure. The weakest topic decides. */
export function durabilityState(topics: readonly TopicDescription[], declared: number | undefined): ReadinessState {
  const [weakest] = topics.toSorted((one, other) => strength(one) - strength(other));
  if (weakest === undefined) return { ok: true, says: 'not asked yet' };
  const { name, replicationFactor } = weakest;
  const inSync = inSyncOf(weakest);
  const says = `replication factor ${replicationFactor}, min.insync.replicas ${inSync}`;
  if (declared !== undefined && (replicationFactor < declared || inSync < minInsyncReplicas(declared)))
    return {
      ok: false,
      reason: `${name} has ${says}; MILLRACE_REPLICATION_FACTOR declares ${declared}, with ${minInsyncReplicas(declared)} in sync: reassign its partitions, then provision again`,
    };
  const isGuessed = declared === undefined && replicationFactor < promisedReplicationFactor;
  return { ok: true, says: isGuessed ? `${says}; MILLRACE_REPLICATION_FACTOR declares nothing` : says };
}

/** Unset means what the brokers have, which may be one: provisioning always sets it. */
const inSyncOf = ({ config }: TopicDescription): number => Number(config['min.insync.replicas'] ?? 1);

const strength = (topic: TopicDescription): number => topic.replicationFactor * 10 + inSyncOf(topic);
