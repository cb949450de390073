import { describe, expect, it } from '@jest/globals';
import { rehearsedWays } from '../../src/kit/rehearse.ts';

const never = new AbortController().signal;
const url = 'https://example.com/hook';

function ways(secrets: readonly string[] = []) {
  return rehearsedWays({
    rehearsal: { assumes: null, http: () => ({ body: { ok: true } }), sql: () => ({ rows: [{ one: 1 }] }) },
    secrets,
    placeholders: new Map([['https://zendesk-base-url.invalid', '${ZENDESK_BASE_URL}']]),
  });
}

describe('the ways out of a sink in a dry run', () => {
  it.each(['authorization', 'Proxy-Authorization', 'x-api-key', 'webhook-signature', 'x-auth-token', 'cookie'])(
    'show that there is a %s, and not its value',
    async (name) => {
      const { outbound, shown } = ways();
      await outbound.send({ method: 'POST', url, headers: { [name]: 'abc' } }, never);
      expect(shown()).toMatchObject([{ headers: { [name]: '[redacted]' } }]);
    },
  );

  it('show what tells a repetition from a new request', async () => {
    const { outbound, shown } = ways();
    await outbound.send({ method: 'POST', url, headers: { 'idempotency-key': 'event-1' } }, never);
    expect(shown()).toMatchObject([{ headers: { 'idempotency-key': 'event-1' } }]);
  });

  it('replace a secret wherever it stands, also in what was JSON and one that holds another', async () => {
    const { outbound, openPool, shown } = ways(['s"cret', 's"cret-longer']);
    const body = JSON.stringify({ a: ['has s"cret-longer in it'], 's"cret': 1 });
    await outbound.send({ method: 'POST', url: `${url}?t=s"cret`, headers: { 'x-plain': 's"cret' }, body }, never);
    await openPool({} as never).query('select $1', ['s"cret']);
    expect(JSON.stringify(shown())).not.toContain('cret');
  });

  it('show the reference in place of what is not known here', async () => {
    const { outbound, shown } = ways();
    await outbound.send({ method: 'GET', url: 'https://zendesk-base-url.invalid/api' }, never);
    expect(shown()).toMatchObject([{ url: '${ZENDESK_BASE_URL}/api', purpose: 'reads', body: null }]);
  });

  it('refuse a sink whose rehearsal does not answer it', async () => {
    const { outbound, openPool } = rehearsedWays({ rehearsal: { assumes: null }, secrets: [] });
    await expect(outbound.send({ method: 'GET', url }, never)).rejects.toThrow('rehearsal answers none');
    await expect(openPool({} as never).query('select 1')).rejects.toThrow('rehearsal answers none');
    await expect(openPool({} as never).connect()).rejects.toThrow('opens no connection');
  });
});
