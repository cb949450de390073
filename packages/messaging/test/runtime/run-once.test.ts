import { describe, expect, it } from '@jest/globals';
import { CodedError, deadLetter, type InboundRecord, type Middleware, pipeline, runOnce } from '../../src/index.ts';
import { createPipelineRig, noteTopic } from '../../src/testing/index.ts';

const notes = noteTopic('notes.v1');
const answers = noteTopic('answers.v1');
const never = new AbortController().signal;

const louder: Middleware = (next) => async (envelope, signal) => {
  const { outputs, ...handled } = await next(envelope, signal);
  return {
    ...handled,
    outputs: [...outputs, { to: answers, key: 'other', item: 'loud', data: { text: '!', number: 1 } }],
  };
};
const answering = pipeline({
  ...{ name: 'answer', group: 'service.answer', from: [notes], through: [louder], to: [answers] },
  handle: ({ data, key }) => {
    if (data.text === 'fails') throw new CodedError('X_NOTE', 'no such note', { disposition: deadLetter });
    return { outputs: [{ to: answers, key, data: { ...data, number: 2 } }], outcome: { kind: 'emitted' } };
  },
});

const bare = ({ topic, key, value, headers }: Pick<InboundRecord, 'topic' | 'key' | 'value' | 'headers'>) => ({
  ...{ topic, key, value, headers },
});

describe('one record run by itself', () => {
  it('comes to the very records that the running pipeline publishes, in its middleware', async () => {
    const rig = createPipelineRig();
    const { run } = await rig.start(answering);
    await rig.publish(
      notes,
      { text: 'a', number: 1 },
      { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' },
    );
    while (rig.stored(answers).length < 2) await new Promise((resolve) => setImmediate(resolve));
    const record = rig.stored(notes)[0]?.record as InboundRecord;
    const { records, handled } = await runOnce(answering, record, { serde: rig.serde }, never);
    expect(records.map(bare)).toEqual(rig.stored(answers).map((stored) => bare(stored.record)));
    expect(handled.outcome).toEqual({ kind: 'emitted' });
    await run.close();
    await rig.close();
  });

  it('rejects with what the record failed by', async () => {
    const rig = createPipelineRig();
    await rig.provision(answering);
    await rig.publish(notes, { text: 'fails', number: 1 });
    const record = rig.stored(notes)[0]?.record as InboundRecord;
    await expect(runOnce(answering, record, { serde: rig.serde }, never)).rejects.toMatchObject({ code: 'X_NOTE' });
    await rig.close();
  });
});
