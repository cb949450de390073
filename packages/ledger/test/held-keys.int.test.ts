import { heldKeysLaws } from '@millrace/conformance';
import { testDatabase } from '@millrace/embedded/testing';
import { ledgersOn } from './support/ledgers.ts';

heldKeysLaws('Postgres', async () => {
  const database = await testDatabase();
  const ledgers = ledgersOn(database.url);
  const [one, other] = await Promise.all([ledgers.open(), ledgers.open()]);
  return {
    store: one.heldKeys,
    other: other.heldKeys,
    dispose: async () => {
      await ledgers.close();
      await database.drop();
    },
  };
});
