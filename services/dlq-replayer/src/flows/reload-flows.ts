import { groupTopics, topicSpecs } from '@millrace/contracts';
import { describeProblem, FlowError, type Flows, flowChanges, flowsDigest } from '@millrace/flows';
import { provision } from '@millrace/kafka';
import type { BrokerAdmin } from '@millrace/messaging';
import { usualReplication } from '../doctor/topic-findings.ts';
import { OperatorError } from '../errors.ts';

export interface ReloadOptions {
  /** Reads the flow files as they are now, with everything that any service knows; throws a `FlowError`. */
  readonly load: () => Flows;
  /** What this process runs. */
  readonly current: () => Flows;
  readonly admin: BrokerAdmin;
}

/** Other flows, checked, and what is different in them. */
export interface CheckedFlows {
  readonly flows: Flows;
  readonly digest: string;
  readonly changes: readonly string[];
}

/** As `millrace flows check` does it: refused as a whole, with every problem at its place. */
export function checkFlows({ load, current }: Pick<ReloadOptions, 'load' | 'current'>): CheckedFlows {
  try {
    const flows = load();
    return { flows, digest: flowsDigest(flows), changes: flowChanges(current(), flows) };
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const faults = error.problems.map((problem) => ({ pointer: problem.path, message: describeProblem(problem) }));
    throw new OperatorError('X_FLOWS_REFUSED', 422, error.message, faults);
  }
}

/**
 * Makes the retry, dead-letter and lane topics of routes that come, before any process hears of them: nobody makes a topic
 * by writing to it. As many partitions as what the route reads, because a member reads one index of all its topics.
 */
export async function provisionRoutes(
  flows: Pick<Flows, 'stages'>,
  { current, admin }: Pick<ReloadOptions, 'current' | 'admin'>,
): Promise<void> {
  const known = new Set(current().groups());
  const coming = flows.stages.filter(({ group, route }) => route !== null && !known.has(group));
  if (coming.length === 0) return;
  const read = await admin.describeTopics([...new Set(coming.flatMap(({ from }) => from))]);
  for (const { group, from } of coming) {
    const source = read.find(({ name }) => name === from[0]);
    // What it reads is made with its flow, at the next start.
    if (source === undefined) continue;
    const { retry, dlq, lane } = groupTopics(group);
    const own = new Set([...Object.values(retry), dlq, lane]);
    const specs = topicSpecs([group], { partitions: source.partitions, replicationFactor: usualReplication(read) });
    await provision(
      admin,
      specs.filter(({ name }) => own.has(name)),
    );
  }
}
