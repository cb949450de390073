import type { OutcomeKey, OutcomeStore } from '@millrace/messaging';

/** The outcome port in memory: first writer wins. */
export function createMemoryOutcomes(): OutcomeStore {
  const stored = new Map<string, Buffer>();
  const keys = new Map<string, string>();
  const nameOf = ({ stage, inputId, generation }: OutcomeKey): string => JSON.stringify([stage, inputId, generation]);
  return {
    find: async (key) => stored.get(nameOf(key)) ?? null,
    record: async (key, outcome) => {
      const name = nameOf(key);
      if (!stored.has(name)) stored.set(name, outcome);
      keys.set(name, JSON.stringify([key.stage, key.recordKey]));
      return stored.get(name) ?? outcome;
    },
    erase: async (stage, recordKey) => {
      for (const [name, key] of keys) if (key === JSON.stringify([stage, recordKey])) stored.set(name, Buffer.alloc(0));
    },
  };
}
