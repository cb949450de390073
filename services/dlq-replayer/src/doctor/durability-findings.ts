import { longestCopyRetentionMs, minInsyncReplicas, promisedReplicationFactor } from '@millrace/contracts';
import type { BrokerDescription, TopicDescription } from '@millrace/messaging';
import { type Finding, words } from './finding.ts';

/** Where Kafka keeps the offsets of groups and the state of transactions; each made when it is first needed. */
export const internalTopics: readonly string[] = ['__consumer_offsets', '__transaction_state'];

export interface DurabilityFacts {
  readonly brokers: readonly BrokerDescription[];
  /** Ours, as far as they exist. */
  readonly topics: readonly TopicDescription[];
  readonly internal: readonly TopicDescription[];
  /** How many brokers keep each record, as somebody declared; undefined where nobody did. */
  readonly declared: number | undefined;
}

const check = 'durability';
const setting = 'MILLRACE_REPLICATION_FACTOR';
const named = 3;

/**
 * Whether what is acknowledged outlives the loss of a broker. Demanded is what was declared, and without that the promise;
 * never what is found. Pure.
 */
export function durabilityFindings(facts: DurabilityFacts): readonly Finding[] {
  return [...declaration(facts), ...copies(facts), ...inSync(facts), ...unclean(facts), ...brokerSettings(facts)];
}

function declaration({ brokers, topics, declared }: DurabilityFacts): readonly Finding[] {
  const size = brokers.length;
  if (declared === undefined) {
    if (topics.every(({ replicationFactor }) => replicationFactor >= promisedReplicationFactor)) return [];
    const what = `nothing says how many brokers keep each record; ${promisedReplicationFactor} are demanded then, of which ${minInsyncReplicas(promisedReplicationFactor)} acknowledge`;
    const single = `, or to 1 if this cluster is one broker on purpose, whose disk is all there is`;
    return [
      {
        check,
        severity: 'warning',
        where: setting,
        what,
        mend: `set it for every service to ${promisedReplicationFactor}${size < promisedReplicationFactor ? single : ''}`,
      },
    ];
  }
  if (declared >= promisedReplicationFactor || size < promisedReplicationFactor) return [];
  return [
    {
      check,
      severity: 'warning',
      where: setting,
      what: `declares ${declared} on a cluster of ${size} brokers: what was acknowledged is gone with ${declared === 1 ? 'the one broker that has it' : 'two of them'}`,
      mend: `set it to ${promisedReplicationFactor}, reassign the topics with kafka-reassign-partitions, and provision again`,
    },
  ];
}

const demanded = ({ declared = promisedReplicationFactor }: DurabilityFacts): number => declared;

function copies(facts: DurabilityFacts): readonly Finding[] {
  const wanted = demanded(facts);
  // Fewer than declared of our own is a finding about that topic already.
  const ours = facts.declared === undefined ? facts.topics.filter((one) => one.replicationFactor < wanted) : [];
  const internal = facts.internal.filter((one) => one.replicationFactor < wanted);
  const tooFew = [...ours, ...internal];
  if (tooFew.length === 0) return [];
  const least = Math.min(...tooFew.map(({ replicationFactor }) => replicationFactor));
  return [
    {
      check,
      severity: 'error',
      where: listed(tooFew),
      what: `replication factor ${least}, ${wanted} demanded: ${least === 1 ? 'what one broker loses is lost' : 'two brokers lost are records lost'}${internal.length === 0 ? '' : ', and with Kafka’s own topics the places of all groups'}`,
      mend: 'reassign their partitions with kafka-reassign-partitions; for Kafka’s own topics set offsets.topic.replication.factor and transaction.state.log.replication.factor on the brokers too',
    },
  ];
}

function inSync(facts: DurabilityFacts): readonly Finding[] {
  const wanted = minInsyncReplicas(demanded(facts));
  const fallback = Math.min(...facts.brokers.map(({ config }) => Number(config['min.insync.replicas'] ?? 1)));
  const tooFew = [...(facts.declared === undefined ? facts.topics : []), ...facts.internal].filter(
    ({ config }) => Number(config['min.insync.replicas'] ?? fallback) < wanted,
  );
  if (tooFew.length === 0) return [];
  return [
    {
      check,
      severity: 'error',
      where: listed(tooFew),
      what: `min.insync.replicas below ${wanted}: a record is acknowledged that one broker alone has`,
      mend: `provision again with ${setting}=${demanded(facts)}; for Kafka’s own topics set min.insync.replicas and transaction.state.log.min.isr to ${wanted} on the brokers`,
    },
  ];
}

function unclean({ brokers, topics, internal }: DurabilityFacts): readonly Finding[] {
  const key = 'unclean.leader.election.enable';
  const onBrokers = brokers.filter(({ config }) => config[key] === 'true').map(({ id }) => `broker ${id}`);
  const onTopics = [...topics, ...internal].filter(({ config }) => config[key] === 'true').map(({ name }) => name);
  const where = [...onBrokers, ...onTopics];
  if (where.length === 0) return [];
  return [
    {
      check,
      severity: 'error',
      where: where.slice(0, named).join(', '),
      what: `${key} is true: a replica that fell behind may lead, and what it has not got is gone although it was acknowledged`,
      mend: `set ${key}=false`,
    },
  ];
}

/** What an embedded start sets and another cluster may not have. */
function brokerSettings({ brokers }: DurabilityFacts): readonly Finding[] {
  const kept = brokers
    .flatMap(({ config }) => config['offsets.retention.minutes'] ?? [])
    .map((text) => Number(text) * 60_000);
  const shortest = Math.min(...kept);
  const forgets: readonly Finding[] =
    kept.length > 0 && shortest < longestCopyRetentionMs
      ? [
          {
            check,
            severity: 'warning',
            where: 'offsets.retention.minutes',
            what: `a group that nobody is in forgets its place after ${words(shortest)}, while its records are kept ${words(longestCopyRetentionMs)}`,
            mend: `set offsets.retention.minutes=${Math.ceil((2 * longestCopyRetentionMs) / 60_000)} on the brokers`,
          },
        ]
      : [];
  const creates = brokers.filter(({ config }) => config['auto.create.topics.enable'] === 'true');
  if (creates.length === 0) return forgets;
  return [
    ...forgets,
    {
      check,
      severity: 'warning',
      where: 'auto.create.topics.enable',
      what: 'a topic that is missing is made with the brokers’ defaults as soon as anybody asks for it: other partitions, retention and copies than it should have',
      mend: 'set auto.create.topics.enable=false on the brokers',
    },
  ];
}

function listed(topics: readonly TopicDescription[]): string {
  const names = topics.map(({ name }) => name);
  const rest = names.length - named;
  return rest > 0 ? `${names.slice(0, named).join(', ')} and ${rest} more` : names.join(', ');
}
