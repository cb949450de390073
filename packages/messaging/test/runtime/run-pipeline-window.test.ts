import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import { CodedError, retry } from '../../src/disposition.ts';
import { pipeline } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '../../src/testing/index.ts';

const input = noteTopic('notes.in');
const group = 'copier.notes';
const window = 16_384;

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

it('a record that fails with a whole window finished behind it goes to a tier at once, and the partition goes on', async () => {
  let fail: () => void = () => undefined;
  let handled = 0;
  const { run } = await rig.start(
    pipeline<Note>({
      name: 'copy',
      group,
      from: [input],
      handle: ({ data }) => {
        handled += 1;
        if (data.number > 0) return { outputs: [], outcome: { kind: 'delivered' } };
        return new Promise((_, reject) => {
          fail = () => reject(new CodedError('X_TEST_AWAY', 'not yet', { disposition: retry() }));
        });
      },
    }),
    { settings: { inProcessTries: 3 } },
  );
  const total = window + 2_000;
  await Promise.all(
    Array.from({ length: total }, (_, number) => rig.publish(input, { text: '', number }, { key: `k${number}` })),
  );
  await turns(200);
  expect(handled).toBeLessThan(total);
  fail();
  // No time passes: there is no try in the process.
  await turns(200);
  expect([handled, rig.cluster.records(groupTopics(group).retry[retryTiers[0]]).length]).toEqual([total, 1]);
  rig.clock.advance(1_000);
  await turns();
  expect((await rig.cluster.admin.committed(group, [input.name]))[0]?.committed?.offset).toBe(total);
  await run.close();
});
