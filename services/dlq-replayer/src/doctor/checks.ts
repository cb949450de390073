import { topicSpecs, topics } from '@millrace/contracts';
import type { SchemaAdmin } from '@millrace/kafka';
import type { Database } from '@millrace/ledger/postgres';
import type { Broker, TopicDescription } from '@millrace/messaging';
import type { CredentialStore } from '@millrace/operator-api/credentials';
import type { FlowVersions } from '../flows/flow-versions.ts';
import type { Pipelines } from '../pipelines/pipelines.ts';
import type { JobStore } from '../redrive/job-store.ts';
import { clockFindings, skewOfPostgres, skewsOfServices } from './clock-findings.ts';
import { durabilityFindings, internalTopics } from './durability-findings.ts';
import type { Check, Finding } from './finding.ts';
import { flowFindings } from './flow-findings.ts';
import { groupFindings, rateFindings } from './group-findings.ts';
import { readGroups } from './read-groups.ts';
import { checkSchemas } from './schema-findings.ts';
import { capabilityFindings, jobFindings, keyFindings, pipelineFindings } from './state-findings.ts';
import { strayTopics, topicFindings, usualReplication } from './topic-findings.ts';

export interface ChecksOptions {
  readonly broker: Broker;
  readonly database: Pick<Database, 'query'>;
  readonly pipelines: Pick<Pipelines, 'list' | 'stamped' | 'rateOf'>;
  readonly jobs: Pick<JobStore, 'unfinished'>;
  readonly credentials: Pick<CredentialStore, 'list'>;
  /** Of the flow file: names that no client may have. */
  readonly sourceNames: readonly string[];
  /** Null where no registry is known. */
  readonly schemas: Pick<SchemaAdmin, 'check'> | null;
  /** The consumer groups of the flow. */
  readonly groups: readonly string[];
  /** Everything that each reads. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
  /** Null where the flows stay those of the start. */
  readonly versions: Pick<FlowVersions, 'announced' | 'processes'> | null;
  /** Also look for what removed routes left behind. */
  readonly withStrays: boolean;
  readonly hasOrdinal: boolean;
  /** `MILLRACE_REPLICATION_FACTOR`; undefined where nobody said it. */
  readonly declared: number | undefined;
  readonly limits: DoctorLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface DoctorLimits {
  /** An unfinished record older than this is a finding. */
  readonly lagMs: number;
  /** How far two clocks may be apart. */
  readonly clockMs: number;
  /** A running redrive that sent nothing for so long is stuck. */
  readonly jobMs: number;
  /** What was redriven should be answered by then. */
  readonly answerMs: number;
}

export const defaultDoctorLimits: DoctorLimits = {
  lagMs: 300_000,
  clockMs: 5_000,
  jobMs: 300_000,
  answerMs: 3_600_000,
};

/** Everything that `millrace doctor` asks. Nothing here writes. */
export function installationChecks(options: ChecksOptions): readonly Check[] {
  const { broker, database, pipelines, jobs, schemas, versions, groups, limits, now } = options;
  return [
    { name: 'topics', needs: 'kafka', find: () => checkTopics(options) },
    { name: 'durability', needs: 'kafka', find: () => checkDurability(options) },
    { name: 'groups', needs: 'kafka', find: (signal) => checkGroups(options, signal) },
    ...(options.withStrays
      ? [{ name: 'strays', needs: 'kafka', find: () => checkStrays(options) } satisfies Check]
      : []),
    {
      name: 'clocks',
      needs: 'postgres',
      find: async () => [
        ...clockFindings(
          'Postgres’s clock, seen from dlq-replayer',
          await skewOfPostgres(database, now),
          limits.clockMs,
        ),
        ...[...skewsOfServices(pipelines.stamped())].flatMap(([service, skew]) =>
          clockFindings(`Kafka’s clock, seen from ${service}`, skew, limits.clockMs),
        ),
      ],
    },
    { name: 'driver', needs: 'nothing', find: async () => capabilityFindings(broker.capabilities, options.hasOrdinal) },
    ...(schemas === null
      ? []
      : [
          {
            name: 'schemas',
            needs: 'registry',
            find: () => checkSchemas(schemas, Object.values(topics)),
          } satisfies Check,
        ]),
    ...(versions === null
      ? []
      : [{ name: 'flows', needs: 'kafka', find: async () => flowFindings(versions) } satisfies Check]),
    { name: 'pipelines', needs: 'kafka', find: async () => pipelineFindings(pipelines.list(), groups) },
    {
      name: 'keys',
      needs: 'postgres',
      find: async () => keyFindings(await options.credentials.list('key'), options.sourceNames, now()),
    },
    {
      name: 'jobs',
      needs: 'postgres',
      find: async () => {
        const at = now();
        return jobFindings(await jobs.unfinished({ running: at - limits.jobMs, done: at - limits.answerMs }), at);
      },
    },
  ];
}

async function checkTopics({ broker, groups, declared }: ChecksOptions): Promise<readonly Finding[]> {
  const named = topicSpecs(groups);
  const existing = await broker.admin.describeTopics(named.map(({ name }) => name));
  const replicationFactor = declared ?? usualReplication(existing);
  return topicFindings(topicSpecs(groups, { replicationFactor }), existing);
}

async function checkDurability({ broker, groups, reads, declared }: ChecksOptions): Promise<readonly Finding[]> {
  const { admin } = broker;
  const ours = [...new Set([...topicSpecs(groups).map(({ name }) => name), ...[...reads.values()].flat()])];
  const [brokers, topics, internal] = await Promise.all([
    admin.describeBrokers(),
    admin.describeTopics(ours),
    admin.describeTopics(internalTopics),
  ]);
  return durabilityFindings({ brokers, topics, internal, declared });
}

async function checkGroups(options: ChecksOptions, signal: AbortSignal): Promise<readonly Finding[]> {
  const { broker, groups, limits, now, pipelines } = options;
  const reads = new Map(groups.map((group) => [group, options.reads.get(group) ?? []]));
  const existing = await broker.admin.describeTopics([...new Set([...reads.values()].flat())]);
  const facts = await readGroups({ broker, reads, existing }, signal);
  return facts.flatMap((one) => [
    ...groupFindings(one, { now: now(), lagMs: limits.lagMs }),
    ...rateFindings(one, pipelines.rateOf(one.group), limits.lagMs),
  ]);
}

async function checkStrays({ broker, groups }: ChecksOptions): Promise<readonly Finding[]> {
  const existing = await broker.admin.describeTopics();
  const strays = strayTopics(
    existing.map(({ name }: TopicDescription) => name),
    groups,
  );
  return Promise.all(
    [...strays].map(async ([group, names]): Promise<Finding> => {
      const [offsets, committed] = await Promise.all([
        broker.admin.offsets(names),
        broker.admin.committed(group, names),
      ]);
      const records = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
      const isKnown = committed.some((one) => one.committed !== null);
      return {
        check: 'strays',
        severity: 'warning',
        where: group,
        what: `no flow has this group any more; ${names.toSorted().join(', ')} hold ${records} records${isKnown ? ', and it has committed offsets' : ''}`,
        mend: 'put the route back into the flows, or delete these topics and the group with Kafka’s own tools',
      };
    }),
  );
}
