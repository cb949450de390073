import { type BrokerAdmin, CodedError, halt, type TopicDescription, type TopicSpec } from '@millrace/messaging';

/** One thing to do to the cluster. */
export type ProvisionStep =
  | { readonly kind: 'create'; readonly topic: string; readonly spec: TopicSpec }
  | { readonly kind: 'grow'; readonly topic: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'configure';
      readonly topic: string;
      readonly changes: Readonly<Record<string, { readonly from: string | null; readonly to: string }>>;
    };

/** What cannot be brought about, and why; nothing is done as long as there is one. */
export interface ProvisionRefusal {
  readonly code: 'X_TOPIC_WOULD_SHRINK' | 'X_TOPIC_REPLICATION_DIFFERS';
  readonly topic: string;
  readonly message: string;
}

export interface ProvisionPlan {
  readonly steps: readonly ProvisionStep[];
  readonly refusals: readonly ProvisionRefusal[];
  /** How many topics are as they should be. */
  readonly unchanged: number;
}

/** Compares the cluster with what it should have. Changes nothing. */
export async function planProvision(admin: BrokerAdmin, specs: readonly TopicSpec[]): Promise<ProvisionPlan> {
  const existing = await admin.describeTopics(specs.map(({ name }) => name));
  return comparePlan(specs, existing);
}

/** The pure part of `planProvision`. Topics that no specification names are left alone. */
export function comparePlan(specs: readonly TopicSpec[], existing: readonly TopicDescription[]): ProvisionPlan {
  const byName = new Map(existing.map((topic) => [topic.name, topic]));
  const steps: ProvisionStep[] = [];
  const refusals: ProvisionRefusal[] = [];
  let unchanged = 0;
  for (const spec of specs) {
    const found = byName.get(spec.name);
    if (found === undefined) {
      steps.push({ kind: 'create', topic: spec.name, spec });
      continue;
    }
    const refusal = whyRefused(spec, found);
    if (refusal !== null) refusals.push(refusal);
    const changed = stepsFor(spec, found);
    if (refusal === null && changed.length === 0) unchanged++;
    steps.push(...changed);
  }
  return { steps, refusals, unchanged };
}

function whyRefused(spec: TopicSpec, found: TopicDescription): ProvisionRefusal | null {
  const { name: topic } = spec;
  if (found.partitions > spec.partitions)
    return {
      code: 'X_TOPIC_WOULD_SHRINK',
      topic,
      message: `${topic} has ${found.partitions} partitions, ${spec.partitions} are specified; partitions cannot be removed`,
    };
  if (found.replicationFactor !== spec.replicationFactor)
    return {
      code: 'X_TOPIC_REPLICATION_DIFFERS',
      topic,
      message: `${topic} has ${found.replicationFactor} replicas, ${spec.replicationFactor} are specified; reassign its partitions`,
    };
  return null;
}

function stepsFor(spec: TopicSpec, found: TopicDescription): readonly ProvisionStep[] {
  const steps: ProvisionStep[] = [];
  if (found.partitions < spec.partitions)
    steps.push({ kind: 'grow', topic: spec.name, from: found.partitions, to: spec.partitions });
  const changes = Object.fromEntries(
    Object.entries(spec.config)
      .filter(([key, to]) => found.config[key] !== to)
      .map(([key, to]) => [key, { from: found.config[key] ?? null, to }]),
  );
  if (Object.keys(changes).length > 0) steps.push({ kind: 'configure', topic: spec.name, changes });
  return steps;
}

/** Carries the plan out. Refuses as a whole when anything in it is refused, so that a cluster is never half changed. */
export async function applyProvision(admin: BrokerAdmin, plan: ProvisionPlan): Promise<void> {
  const [refusal] = plan.refusals;
  if (refusal !== undefined)
    throw new CodedError(refusal.code, plan.refusals.map(({ message }) => message).join('; '), { disposition: halt });
  await admin.createTopics(plan.steps.flatMap((step) => (step.kind === 'create' ? [step.spec] : [])));
  for (const step of plan.steps) {
    if (step.kind === 'grow') await admin.createPartitions(step.topic, step.to);
    if (step.kind === 'configure')
      await admin.alterTopicConfig(
        step.topic,
        Object.fromEntries(Object.entries(step.changes).map(([key, { to }]) => [key, to])),
      );
  }
}

/** Plans and applies; for a start that wants its topics to be there. */
export async function provision(admin: BrokerAdmin, specs: readonly TopicSpec[]): Promise<ProvisionPlan> {
  const plan = await planProvision(admin, specs);
  await applyProvision(admin, plan);
  return plan;
}

/** The plan as lines for a person. */
export function describePlan({ steps, refusals, unchanged }: ProvisionPlan): string {
  const lines = [
    ...refusals.map(({ message }) => `! ${message}`),
    ...steps.map(describeStep),
    `${steps.length} to do, ${refusals.length} refused, ${unchanged} as they should be`,
  ];
  return lines.join('\n');
}

function describeStep(step: ProvisionStep): string {
  switch (step.kind) {
    case 'create': {
      const config = Object.entries(step.spec.config).map(([key, value]) => `${key}=${value}`);
      return `+ ${step.topic}: ${step.spec.partitions} partitions, ${step.spec.replicationFactor} replicas ${config.join(' ')}`.trimEnd();
    }
    case 'grow':
      return `~ ${step.topic}: ${step.from} → ${step.to} partitions`;
    case 'configure':
      return `~ ${step.topic}: ${Object.entries(step.changes)
        .map(([key, { from, to }]) => `${key} ${from ?? 'unset'} → ${to}`)
        .join(', ')}`;
  }
}
