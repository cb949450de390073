import { beforeEach, describe, expect, it } from '@jest/globals';
import { createGatherer, type Gather } from '../../src/inference/gatherer.ts';
import type { Question } from '../../src/inference/question.ts';
import type { Judgement, JudgementRequest } from '../../src/model.ts';
import { accepted } from '../../src/tasks/reading.ts';

const model = { name: 'echo', version: '1', hash: '', method: 'echo' };
const voice = { pack: 'support', mode: 'fast' } as const;
const never = new AbortController().signal;
const aText = (text: string): Omit<JudgementRequest, 'task'> => ({
  parts: [{ name: 'subject', text }],
  facts: [],
  taxonomy: { labels: [] },
});

let asked: Question[];
let gather: Gather;
beforeEach(() => {
  asked = [];
  gather = createGatherer(async (question) => {
    asked.push(question);
    return question.tasks.map(({ task }): Judgement => ({ ...accepted(task, 1), model }));
  });
});

describe('what is asked together', () => {
  it('of one text is one question, and everybody has the answer to his own task', async () => {
    const text = aText('lost card');
    const tasks = ['category', 'priority', 'language'];
    const answers = await Promise.all(tasks.map((task) => gather({ ...text, task }, voice, never)));
    expect(answers.map(({ label }) => label)).toEqual(tasks);
    expect(asked).toMatchObject([{ ...voice, text: 'lost card', tasks: tasks.map((task) => ({ task })) }]);
  });

  it('of one text later is another question', async () => {
    const text = aText('lost card');
    await gather({ ...text, task: 'category' }, voice, never);
    await gather({ ...text, task: 'category' }, voice, never);
    expect(asked.map(({ tasks }) => tasks.length)).toEqual([1, 1]);
  });

  it('of different texts, facts, packs, modes or under different signals is kept apart', async () => {
    const text = aText('lost card');
    const task = 'category';
    await Promise.all([
      gather({ ...text, task }, voice, never),
      gather({ ...text, task, facts: [{ name: 'tier', value: 'gold' }] }, voice, never),
      gather({ ...aText('lost card'), task }, voice, never),
      gather({ ...text, task }, { ...voice, pack: 'sales' }, never),
      gather({ ...text, task }, { ...voice, mode: 'full' }, never),
      gather({ ...text, task }, voice, new AbortController().signal),
    ]);
    expect(asked).toHaveLength(6);
    expect(asked.map(({ pack, mode, facts }) => [pack, mode, facts.length])).toEqual(
      expect.arrayContaining([
        ['support', 'fast', 1],
        ['sales', 'fast', 0],
        ['support', 'full', 0],
      ]),
    );
  });

  it('fails together, and the next question does not', async () => {
    const text = aText('lost card');
    let isBroken = true;
    gather = createGatherer(async ({ tasks }) => {
      if (isBroken) throw new Error('worker lost');
      return tasks.map(() => ({ ...accepted('fine', 1), model }));
    });
    const both = ['category', 'priority'].map((task) => gather({ ...text, task }, voice, never));
    expect(await Promise.allSettled(both)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    isBroken = false;
    expect(await gather({ ...text, task: 'category' }, voice, never)).toMatchObject({ label: 'fine' });
  });

  it('is refused where an answer is missing', async () => {
    gather = createGatherer(async () => []);
    await expect(gather({ ...aText('x'), task: 'category' }, voice, never)).rejects.toMatchObject({
      code: 'X_MODEL_MALFORMED',
      disposition: { kind: 'retry' },
    });
  });
});
