import { describe, expect, it } from '@jest/globals';
import type { Credential } from '../../src/credentials/credential.ts';
import { CredentialCache } from '../../src/credentials/credential-cache.ts';

const anyone = { id: 'key-1' } as Credential;

describe('what is remembered of secrets', () => {
  it('is bounded, whatever strangers send, and what is used stays', () => {
    const cache = new CredentialCache({ maxEntries: 3 });
    for (const digest of ['a', 'b', 'c']) cache.keep(digest, anyone, 0);
    cache.find('a');
    cache.keep('d', anyone, 0);
    expect(cache.digests()).toEqual(['c', 'a', 'd']);
    for (let count = 0; count < 100; count += 1) cache.keepUnknown(`stranger-${count}`);
    expect([96, 97, 98, 99].map((count) => cache.isUnknown(`stranger-${count}`))).toEqual([false, true, true, true]);
    expect(cache.digests()).toEqual(['c', 'a', 'd']);
  });
});
