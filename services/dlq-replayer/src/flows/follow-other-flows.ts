import { type Flows, stageRestarts } from '@millrace/flows';
import type { FlowsFollower, FollowedFlows, FollowFlowsOptions } from '@millrace/flows/follow';
import type { Indexer } from '../index/indexer.ts';
import type { LiveTopology } from './live-topology.ts';

/** What the operator API does with flow files. */
export interface FlowFiles extends FollowedFlows {
  /** Reads the files as they are now, with all that any service knows; throws a `FlowError`. */
  readonly check: () => Flows;
  /** Changes the lists of groups and stages in place. */
  readonly become: LiveTopology['become'];
}

export interface FollowOtherFlowsOptions extends Pick<FollowFlowsOptions, 'broker' | 'serde' | 'logger' | 'now'> {
  readonly flowFiles?: FlowFiles;
  /** Of the process. */
  readonly instance: string;
}

/**
 * Takes the routes of other flows: their dead letters are indexed, and everything that asks for groups knows them. Those of a
 * route that is gone stay in the index and in Kafka, and can be sent back once it is there again.
 */
export function followOtherFlows(
  { flowFiles, instance, broker, serde, logger, now }: FollowOtherFlowsOptions,
  indexer: Pick<Indexer, 'renew'>,
): FlowsFollower | null {
  if (flowFiles === undefined) return null;
  const apply = async (next: Flows, before: Flows): Promise<readonly string[]> => {
    // Its own stage reads everybody's dead letters: that is what changes here.
    const others = [...before.stages, ...next.stages].filter(({ service }) => service !== 'dlq-replayer');
    const services = new Set(others.map(({ service }) => service));
    const reasons = [
      ...[...services].flatMap((service) => stageRestarts(service, before, next)),
      ...(String(Object.keys(before.sources)) === String(Object.keys(next.sources))
        ? []
        : ['the names of sources, which no client may have, are read at its start']),
    ];
    if (reasons.length > 0) return reasons;
    flowFiles.become(next);
    await indexer.renew();
    return [];
  };
  return flowFiles.follow(apply, { process: instance, broker, serde, logger, now });
}
