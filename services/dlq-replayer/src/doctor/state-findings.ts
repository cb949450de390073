import type { BrokerCapabilities } from '@millrace/messaging';
import { type Credential, stateOf } from '@millrace/operator-api/credentials';
import type { PipelineReport } from '../pipelines/pipelines.ts';
import type { UnfinishedJob } from '../redrive/unfinished-jobs.ts';
import { type Finding, words } from './finding.ts';

/** Pipelines that do not work, as their processes said. Pure. */
export function pipelineFindings(pipelines: readonly PipelineReport[], groups: readonly string[]): readonly Finding[] {
  const known = new Set(groups);
  return pipelines
    .filter(({ group }) => known.has(group))
    .flatMap(({ group, state, code, reason, since }): readonly Finding[] => {
      const what = `${state}${code === null ? '' : ` with ${code}`}${since === null ? '' : ` since ${since}`}`;
      if (state === 'halted')
        return [
          {
            check: 'pipelines',
            severity: 'error',
            where: group,
            what: reason === null ? what : `${what}: ${reason}`,
            mend: `mend what infra/ERRORS.md says of the code, then: millrace pipelines resume ${group}`,
          },
        ];
      if (state === 'open')
        return [
          {
            check: 'pipelines',
            severity: 'warning',
            where: group,
            what: `${what}: what it depends on is away; nothing is lost, it waits`,
            mend: 'bring back what it depends on; the pipeline goes on by itself',
          },
        ];
      return [];
    });
}

/** Keys whose client has the name of a source: one that was added after the key was made. Pure. */
export function keyFindings(
  keys: readonly Credential[],
  sourceNames: readonly string[],
  now: number,
): readonly Finding[] {
  const sources = new Set(sourceNames);
  return keys
    .filter((key) => sources.has(key.name) && stateOf(key, now) === 'valid')
    .map(({ id, name }) => ({
      check: 'keys',
      severity: 'error',
      where: id,
      what: `its client ${name} has the name of a source, so the gateway takes no events with it`,
      mend: `make a key for another name (millrace keys create), then: millrace keys revoke ${id}; or name the source otherwise`,
    }));
}

/** Redrives that do not get on. Pure. */
export function jobFindings(jobs: readonly UnfinishedJob[], now: number): readonly Finding[] {
  return jobs.map(({ job, group, state, left, waiting, updatedAt }) => ({
    check: 'jobs',
    severity: state === 'running' ? 'error' : 'warning',
    where: `job ${job}`,
    what:
      state === 'running'
        ? `has sent nothing for ${words(now - updatedAt)} and has ${left} records left for ${group}`
        : `put its records into the lane ${words(now - updatedAt)} ago, and ${group} has not answered for ${waiting} of them`,
    mend:
      state === 'running'
        ? 'see the log of dlq-replayer for why it stops; it goes on by itself when that is mended'
        : `see whether ${group} runs (millrace pipelines ls) and reads lane.${group}`,
  }));
}

/** What the chosen Kafka client cannot do for us. Pure. */
export function capabilityFindings(
  { driver, groups, staticMembership, commitMetadata }: BrokerCapabilities,
  hasOrdinal: boolean,
): readonly Finding[] {
  const lacks: readonly (readonly [lacking: boolean, severity: Finding['severity'], what: string])[] = [
    [!groups, 'error', 'has no consumer groups of several members: run one instance of each service'],
    [
      !staticMembership && hasOrdinal,
      'warning',
      'cannot keep an instance’s place in its group: a restart moves its partitions in spite of MILLRACE_ORDINAL',
    ],
    [!commitMetadata, 'warning', 'keeps no metadata with an offset: after a kill more records are handled again'],
  ];
  return lacks
    .filter(([lacking]) => lacking)
    .map(([, severity, what]) => ({
      check: 'driver',
      severity,
      where: `driver ${driver}`,
      what,
      mend: 'choose another with MILLRACE_KAFKA_DRIVER',
    }));
}
