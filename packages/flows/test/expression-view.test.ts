import { describe, expect, it } from '@jest/globals';
import { expressionView } from '../src/index.ts';

describe('expressionView', () => {
  it('shows the entity, each row under its alias, judgements, source and key', () => {
    const value = {
      sequence: null,
      receivedAt: 0,
      source: 'zendesk',
      raw: null,
      deletion: null,
      entity: { id: '7', subject: 'x', attributes: {} },
    };
    expect(expressionView(value)).toStrictEqual({
      id: '7',
      subject: 'x',
      attributes: {},
      classification: {},
      source: 'zendesk',
      key: 'zendesk:7',
    });
    const match = (found: boolean) => ({ table: 't', key: 'k', found, attributes: found ? { tier: 'gold' } : {} });
    expect(expressionView({ ...value, context: { account: match(true), owner: match(false) } })).toMatchObject({
      account: { tier: 'gold' },
      owner: null,
    });
  });
});
