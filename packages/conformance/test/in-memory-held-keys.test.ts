import { createInMemoryHeldKeys } from '@millrace/messaging';
import { heldKeysLaws } from '../src/held-keys-laws.ts';

heldKeysLaws('in memory', async () => {
  const store = createInMemoryHeldKeys();
  return { store, other: store, dispose: async () => undefined };
});
