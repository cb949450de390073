import { describe, expect, it } from '@jest/globals';
import { apiKeysOf, requireOwnNames } from '../src/sources-file.ts';

const keysOf = (...clients: string[]) =>
  apiKeysOf({ keys: clients.map((client) => ({ client, sha256: '0'.repeat(64), scopes: ['*'] })) });

describe('a client of the sources file', () => {
  it('has another name than every source, whose records would be mixed with its own', () => {
    expect(() => requireOwnNames(keysOf('shop', 'zendesk'), ['github', 'zendesk'])).toThrow(/: zendesk$/);
    expect(() => requireOwnNames(keysOf('shop'), ['github', 'zendesk'])).not.toThrow();
  });
});
