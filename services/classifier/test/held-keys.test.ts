import { describe, expect, it } from '@jest/globals';
import { parseFlows } from '@millrace/flows';
import { createLogger } from '@millrace/service';
import { connectHeldKeys } from '../src/held-keys.ts';

const flowsOf = (tickets: string) => parseFlows([{ file: 'a.yaml', text: `flows:\n  tickets: ${tickets}` }]);
const options = { now: () => 0, logger: createLogger({ service: 'test', level: 'silent' }) };
const postgresUrl = 'postgres://u:p@127.0.0.1:1/d';

describe('the store of held keys of a classifier', () => {
  it('is not opened, and needs no Postgres, while no flow that classifies holds keys', () => {
    for (const flow of [
      '{ classify: [ { task: priority } ] }',
      '{ classify: [ { task: priority } ], order: key, onFailure: block }',
      '{ order: key }',
      '{ classify: [ { task: priority } ], deliver: [ { route: a, sink: s, order: key } ] }',
    ]) {
      expect(connectHeldKeys(flowsOf(flow), { ...options, postgresUrl: undefined })).toEqual({
        parts: [],
        options: {},
      });
    }
  });

  it('is a ledger of its own where one does', async () => {
    const flows = flowsOf('{ classify: [ { task: priority } ], order: key }');
    const { parts, options: given } = connectHeldKeys(flows, { ...options, postgresUrl });
    expect(parts.map(({ heldKeys }) => heldKeys)).toEqual([given.heldKeys]);
    for (const part of parts) await part.close();
  });

  it('says which setting is missing', () => {
    const flows = flowsOf('{ classify: [ { task: priority } ], order: key }');
    expect(() => connectHeldKeys(flows, { ...options, postgresUrl: undefined })).toThrow(/MILLRACE_POSTGRES_URL/);
  });
});
