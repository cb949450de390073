import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { CodedError, retry } from '../../src/disposition.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import { createPipelineRig, type PipelineRig, turns } from '../../src/testing/index.ts';
import { copier, copy, group, input, output } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

it('a destination that always asks for a day more gets a record for a week, and then it is a dead letter', async () => {
  const asked: number[] = [];
  const { run } = await rig.start(
    copier((envelope, signal) => {
      if (envelope.key !== 'limited') return copy(envelope, signal);
      asked.push(rig.clock.now());
      throw new CodedError('X_TEST_QUOTA', 'come back tomorrow', { disposition: retry(dayMs) });
    }),
  );
  const startedAt = rig.clock.now();
  await rig.publish(input, { text: '', number: 0 }, { key: 'limited' });
  for (let hours = 0; rig.cluster.records(`dlq.${group}`).length === 0; hours += 1) {
    if (hours > 14 * 24) throw new Error(`still none after ${hours} h and ${asked.length} tries`);
    await turns();
    rig.clock.advance(hourMs);
  }
  const [letter] = rig.cluster.records(`dlq.${group}`);
  expect(letter && readDeadLetter(letter.headers)).toMatchObject({ errorCode: 'X_TEST_QUOTA' });
  const lastsMs = (asked.at(-1) ?? 0) - startedAt;
  expect(lastsMs).toBeGreaterThanOrEqual(7 * dayMs);
  expect(lastsMs).toBeLessThan(7 * dayMs + 2 * hourMs);
  await rig.publish(input, { text: 'next', number: 1 }, { key: 'another' });
  await run.whenCaughtUp();
  expect(rig.stored(output)).toHaveLength(1);
});
