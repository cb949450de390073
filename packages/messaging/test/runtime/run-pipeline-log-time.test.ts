import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import { CodedError, retry } from '../../src/disposition.ts';
import { readFirstFailure } from '../../src/headers/dead-letter.ts';
import type { Handler } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, type PipelineRig, turns } from '../../src/testing/index.ts';
import { copier, group, input, nothing } from './copier.ts';

let rig: PipelineRig;
let start: number;
beforeEach(() => {
  rig = createPipelineRig();
  start = rig.clock.now();
});
afterEach(() => rig.close());

/** In partition 0, at that time by the broker that leads it. */
const written = (number: number, after: number): Promise<unknown> =>
  rig.publish(input, { text: '', number }, { key: 'k', partition: 0, timestamp: start + after });

interface Seen {
  readonly number: number;
  readonly after: number;
}
const seeing = (seen: Seen[], fails: (number: number) => boolean = () => false): Handler<Note> => {
  return ({ data: { number }, origin }) => {
    seen.push({ number, after: origin.timestamp - start });
    if (fails(number)) throw new CodedError('X_TEST', 'not now', { disposition: retry() });
    return nothing;
  };
};

describe('the time at which the log has a record', () => {
  it('is never before that of an earlier record of its partition, though a broker`s clock stepped back', async () => {
    const seen: Seen[] = [];
    const { run } = await rig.start(copier(seeing(seen)));
    for (const [number, after] of [10, 5_000, 20, 6_000].entries()) await written(number, after);
    await run.whenCaughtUp();
    expect(seen.map(({ after }) => after)).toEqual([10, 5_000, 5_000, 6_000]);
  });

  it('is the same for whoever has the partition next, and however often the record comes', async () => {
    const seen: Seen[] = [];
    const first = await rig.start(copier(seeing(seen)));
    await written(0, 5_000);
    await first.run.whenCaughtUp();
    rig.clock.advance(1_000);
    await first.run.drain();
    await first.run.close();
    for (const round of [1, 2]) {
      const process = await rig.start(copier(seeing(seen)));
      if (round === 1) await written(1, 20);
      await process.run.whenCaughtUp();
      await process.crash();
    }
    expect(seen).toEqual([
      { number: 0, after: 5_000 },
      { number: 1, after: 5_000 },
      { number: 1, after: 5_000 },
    ]);
  });

  it('goes along with a copy', async () => {
    const seen: Seen[] = [];
    const settings = { inProcessTries: 0 };
    await rig.start(copier(seeing(seen, (number) => number === 1)), { settings });
    await written(0, 5_000);
    await written(1, 20);
    await turns();
    const [copy] = rig.cluster.records(groupTopics(group).retry[retryTiers[0]]);
    expect(readFirstFailure(copy?.headers ?? [])?.timestamp).toBe(start + 5_000);
  });

  it('is not what somebody`s clock says that is days ahead', async () => {
    const seen: Seen[] = [];
    const { run } = await rig.start(copier(seeing(seen)));
    await written(0, 10);
    await written(1, 90_000_000);
    await written(2, 20);
    await run.whenCaughtUp();
    expect(seen.map(({ after }) => after)).toEqual([10, 90_000_000, 20]);
  });
});
