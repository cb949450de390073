import { describe, expect, it } from '@jest/globals';
import type { Task } from '@millrace/flows';
import { planTasks } from '../src/planned-task.ts';

const plan = (...classify: (Partial<Task> & { readonly task: string })[]): ReturnType<typeof planTasks> =>
  planTasks({
    name: 'tickets',
    classify: classify.map((task) => ({ as: task.task, when: null, pack: null, settings: {}, ...task })),
  });

describe('planTasks', () => {
  it('gives a task without a pack the one that the flow names, so that all speak of the same intents', () => {
    expect(plan({ task: 'priority' }, { task: 'category', pack: 'retail' }).map(({ pack }) => pack)).toEqual([
      'retail',
      'retail',
    ]);
    expect(plan({ task: 'priority' }).map(({ pack }) => pack)).toEqual(['support']);
  });

  it('takes labels and a threshold from the task', () => {
    expect(plan({ task: 'category', settings: { labels: ['a', 'b'], threshold: 0.8 } })).toEqual([
      {
        ...{ task: 'category', as: 'category', when: null, pack: 'support' },
        ...{ taxonomy: { labels: ['a', 'b'] }, threshold: 0.8 },
      },
    ]);
  });

  it.each([{ labels: 'a' }, { labels: [1] }, { threshold: 2 }, { treshold: 0.5 }])(
    'refuses %j, naming what may be there',
    (settings) => {
      expect(() => plan({ task: 'category', settings })).toThrow(
        /flows\.tickets\.classify: task category .*labels.*threshold/,
      );
    },
  );
});
