import { groupTopics, retryTiers } from '@millrace/contracts';
import { comparePlan, type ProvisionStep } from '@millrace/kafka';
import type { TopicDescription, TopicSpec } from '@millrace/messaging';
import type { Finding } from './finding.ts';

const check = 'topics';
const provisioning = 'provision again: npm start does, elsewhere node infra/provision/src/main.ts';

/** How the cluster's topics differ from schemas/topics.yaml. Pure. */
export function topicFindings(specs: readonly TopicSpec[], existing: readonly TopicDescription[]): readonly Finding[] {
  const { steps, refusals } = comparePlan(specs, existing);
  return [
    ...steps.map(findingOf),
    ...refusals.map(
      ({ code, topic, message }): Finding =>
        code === 'X_TOPIC_WOULD_SHRINK'
          ? {
              check,
              severity: 'warning',
              where: topic,
              what: message,
              mend: 'write the larger count into schemas/topics.yaml, or make the topic anew when it is empty',
            }
          : {
              check,
              severity: 'error',
              where: topic,
              what: message,
              mend: 'reassign it with kafka-reassign-partitions',
            },
    ),
  ];
}

function findingOf(step: ProvisionStep): Finding {
  const where = step.topic;
  switch (step.kind) {
    case 'create':
      return { check, severity: 'error', where, what: `is missing${purpose(where)}`, mend: provisioning };
    case 'grow':
      return {
        check,
        severity: 'error',
        where,
        what: `has ${step.from} partitions, schemas/topics.yaml says ${step.to}`,
        mend: provisioning,
      };
    case 'configure': {
      const changes = Object.entries(step.changes);
      const what = changes.map(
        ([key, { from, to }]) => `${key} is ${from ?? 'not set'}, schemas/topics.yaml says ${to}`,
      );
      const isDangerous = changes.some(([key, { from, to }]) => losesRecords(key, from, to));
      return { check, severity: isDangerous ? 'error' : 'warning', where, what: what.join('; '), mend: provisioning };
    }
  }
}

const purpose = (topic: string): string => {
  if (topic.startsWith(groupTopics('').dlq)) return ', so its group cannot put aside what fails';
  if (topic.startsWith(groupTopics('').lane)) return ', so its group cannot be redriven';
  if (topic.startsWith('retry.')) return ', so its group cannot try again later';
  return '';
};

/** What keeps less than was promised, or refuses what must fit. */
function losesRecords(key: string, from: string | null, to: string): boolean {
  switch (key) {
    case 'cleanup.policy':
      return true;
    case 'retention.ms':
      return from !== '-1' && (to === '-1' || Number(from ?? 0) < Number(to));
    case 'max.message.bytes':
    case 'min.insync.replicas':
      return Number(from ?? 0) < Number(to);
    default:
      return false;
  }
}

/** The replication that most of our topics have: an installation chooses it when it provisions. Pure. */
export function usualReplication(existing: readonly TopicDescription[]): number {
  const counts = Map.groupBy(existing, ({ replicationFactor }) => replicationFactor);
  const [usual] = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  return usual?.[0] ?? 1;
}

/** Topics of consumer groups that no flow has any more, by group. Pure. */
export function strayTopics(
  names: readonly string[],
  groups: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const known = new Set(groups);
  const strays = new Map<string, string[]>();
  for (const name of names) {
    const group = groupOf(name);
    if (group === null || known.has(group)) continue;
    strays.set(group, [...(strays.get(group) ?? []), name]);
  }
  return strays;
}

function groupOf(topic: string): string | null {
  const { dlq, lane } = groupTopics('');
  if (topic.startsWith(dlq)) return topic.slice(dlq.length);
  if (topic.startsWith(lane)) return topic.slice(lane.length);
  const tier = retryTiers.find((one) => topic.startsWith('retry.') && topic.endsWith(`.${one}`));
  return tier === undefined ? null : topic.slice('retry.'.length, -`.${tier}`.length);
}
