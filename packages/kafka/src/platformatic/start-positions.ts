import type { AssignedPartition } from '@millrace/messaging';
import { type Cursor, earliest, partitionKey } from '../reading/log-access.ts';
import type { Cluster } from './cluster.ts';
import { BrokerAnswerError } from './failure.ts';

/** Where each assigned partition is read from: what the group has committed, else its earliest record. */
export async function startPositions(
  cluster: Cluster,
  assigned: readonly AssignedPartition[],
): Promise<readonly Readonly<Cursor>[]> {
  const fresh = assigned.filter(({ committed }) => committed === null);
  const first =
    fresh.length === 0
      ? new Map<string, number>()
      : await cluster.listOffsets(
          fresh.map(({ topic, partition }) => ({ topic, partition, at: earliest })),
          1,
        );
  return assigned.map(({ topic, partition, committed }) => {
    const position = committed?.offset ?? first.get(partitionKey(topic, partition));
    if (position === undefined) throw new BrokerAnswerError('LEADER_NOT_AVAILABLE');
    return { topic, partition, position };
  });
}
