import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics } from '@millrace/contracts';
import { readDeadLetter } from '@millrace/messaging';
import { noteTopic } from '@millrace/messaging/testing';
import type { KafkaBroker } from '../../src/index.ts';
import { connectTest, drivers, until } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { aBacklog, endProcesses, startProcess } from './group-processes.ts';
import type { ProcessPlan } from './process-plan.ts';

let broker: KafkaBroker;

beforeAll(() => {
  broker = connectTest();
});
afterEach(endProcesses);
afterAll(() => broker.close());

const records = 40;
const killer = 17;
/** Two ends that may have been anything's, then three in the middle of the one record that runs alone. */
const mostEnds = 5;

async function results({ output, partitions }: ProcessPlan): Promise<number[]> {
  const { decode } = noteTopic(output, partitions);
  const written = await readRangesToEnd(broker, output);
  const numbers = written.map(({ value }) => decode((value as Buffer).subarray(5)).number);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

describe.each(drivers)('over %s', (driver) => {
  // Nobody was left to count its tries: it ended every process that had its partition, and what stood behind it never came.
  it.each(['abort', 'memory'] as const)(
    'a record whose handler ends the process (%s) is a dead letter after a few starts, and all others are delivered',
    async (by) => {
      const plan = {
        ...(await aBacklog(broker, driver, records)),
        maxInFlight: 8,
        handlerMs: 5,
        killer: { number: killer, by },
      };
      const others = Array.from({ length: records }, (_, number) => number).filter((number) => number !== killer);
      let ends = 0;
      for (let isOver = false; !isOver; ) {
        const process = startProcess(plan);
        let isEnded = false;
        void process.ended.then(() => {
          isEnded = true;
        });
        await until(
          async () => isEnded || (await results(plan)).length === others.length,
          'it ends, or everything else is done',
          60_000,
        );
        isOver = !isEnded;
        if (isEnded) ends += 1;
        expect(ends).toBeLessThanOrEqual(mostEnds);
        if (isOver) expect(await process.stop('SIGTERM')).toEqual([0, null]);
      }
      expect(ends).toBeGreaterThanOrEqual(3);
      expect(await results(plan)).toEqual(others);
      const dead = (await readRangesToEnd(broker, groupTopics(plan.group).dlq)).map(({ headers, value }) => ({
        code: readDeadLetter(headers)?.errorCode,
        number: noteTopic(plan.topic).decode((value as Buffer).subarray(5)).number,
      }));
      expect(dead).toEqual([{ code: 'X_HANDLER_CRASHED', number: killer }]);
    },
    300_000,
  );
});
