import { topics } from '@millrace/contracts';
import type { KafkaBroker } from '@millrace/kafka';
import { measuredRoute } from './started-flow.ts';

const wirePrefix = 5;

/** What the sink itself tells after its commit. */
export interface Arrived {
  readonly ticket: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Tells of every row of the measured route from now on. */
export const watchArrivals = async (broker: KafkaBroker, onArrived: (arrived: Arrived) => void): Promise<void> => {
  const reader = await broker.createReader({
    topics: [topics.deliveriesCompleted.name],
    from: 'latest',
    onRecord: ({ value }) => {
      if (value === null) return;
      const { route, outcome, id, at } = topics.deliveriesCompleted.decode(value.subarray(wirePrefix));
      if (route === measuredRoute && outcome === 'delivered') onArrived({ ticket: id.slice(id.indexOf(':') + 1), at });
    },
  });
  await reader.caughtUp;
};
