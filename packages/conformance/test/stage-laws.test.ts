import { type OutcomeKey, type OutcomeStore, pipeline, recordOutcome } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { stageLaws } from '../src/stage-laws.ts';

const input = noteTopic('notes.in', 2);
const output = noteTopic('notes.out', 2);
const inputs = ['a', 'b', 'a', 'c'].map((key, number) => ({ topic: input, key, data: { text: key, number } }));

stageLaws<Note>('a stage that recomputes', {
  make: () =>
    pipeline<Note>({
      name: 'split',
      group: 'laws.split',
      from: [input],
      handle: ({ key, data }) => ({
        outputs: [
          { to: output, key, data },
          { to: output, key, data: { ...data, text: 'second' }, item: 'second' },
        ],
        outcome: { kind: 'emitted' },
      }),
      to: [output],
    }),
  inputs,
});

const kept = new Map<string, Buffer>();
const name = (key: OutcomeKey): string => JSON.stringify(key);
const store: OutcomeStore = {
  find: async (key) => kept.get(name(key)) ?? null,
  record: async (key, bytes) => {
    if (!kept.has(name(key))) kept.set(name(key), bytes);
    return kept.get(name(key)) as Buffer;
  },
  erase: async () => undefined,
};
let paid = 0;

stageLaws<Note>('a stage with a paid effect', {
  make: (serde) =>
    pipeline<Note>({
      name: 'judge',
      group: 'laws.judge',
      from: [input],
      through: [recordOutcome({ store, serde, stage: 'judge', to: [output] })],
      handle: async ({ key }) => {
        paid += 1;
        return { outputs: [{ to: output, key, data: { text: 'answer', number: paid } }], outcome: { kind: 'emitted' } };
      },
      to: [output],
    }),
  inputs,
});

const delivered: string[] = [];

stageLaws<Note>('a stage that delivers', {
  make: () =>
    pipeline<Note>({
      name: 'deliver',
      group: 'laws.deliver',
      from: [input],
      handle: async ({ id }) => {
        delivered.push(id);
        return { outputs: [], outcome: { kind: 'delivered' } };
      },
    }),
  inputs,
  delivered: () => delivered,
});
