import { describe, expect, it } from '@jest/globals';
import { signHmac } from '../../../src/kit/verification/hmac.ts';
import type { HmacVerification } from '../../../src/kit/verification/verification.ts';
import { verify } from '../../../src/kit/verification/verify.ts';
import { slackSource } from '../../../src/vendors/slack/source.ts';
import { zendeskSource } from '../../../src/vendors/zendesk/source.ts';

const secret = 'a secret of the vendor';
const body = Buffer.from('{}');

/** A request whose signature is right, whatever its timestamp says. */
function verdictOn(scheme: HmacVerification, timestamp: string, now: number) {
  const where = scheme.timestamp?.in;
  const header = where !== undefined && 'header' in where ? where.header : '';
  const { format } = scheme.signature;
  const mac = signHmac(scheme, { secret, body, timestamp });
  const signature = format.kind === 'plain' ? `${format.prefix ?? ''}${mac}` : mac;
  const headers = [
    { name: header, value: timestamp },
    { name: scheme.signature.header, value: signature },
  ];
  return verify(scheme, { headers, body }, { secrets: [{ keyId: '1', secret }], now });
}

describe('a signed timestamp', () => {
  const now = Date.parse('2026-12-31T23:59:59.900Z');
  it('of ISO 8601 may have any fraction, offset and case, and fall on a leap second', () => {
    for (const text of [
      '2026-12-31T23:59:59Z',
      '2026-12-31T23:59:59.123456789Z',
      '2026-12-31T23:59:59.123456789012Z',
      '2026-12-31t23:59:59z',
      '2027-01-01T00:59:59+01:00',
      '2026-12-31T23:59:60Z',
    ])
      expect([text, verdictOn(zendeskSource.verification, text, now).kind]).toEqual([text, 'verified']);
  });
  it('is in the unit of its scheme and no other: the request does not choose', () => {
    const seconds = String(Math.floor(now / 1000));
    expect(verdictOn(slackSource.verification, seconds, now).kind).toBe('verified');
    for (const text of [String(now), `${now}000`, '2026-12-31T23:59:59Z'])
      expect([text, verdictOn(slackSource.verification, text, now).kind]).toEqual([text, 'rejected']);
    expect(verdictOn(zendeskSource.verification, seconds, now).kind).toBe('rejected');
  });
  it('that is absurd is rejected, rightly signed or not', () => {
    for (const scheme of [slackSource.verification, zendeskSource.verification])
      for (const text of ['0', '-1', '9'.repeat(15), '9'.repeat(400), '1e12', 'NaN', '0000-00-00T00:00:00Z'])
        expect(verdictOn(scheme, text, now)).toMatchObject({
          kind: 'rejected',
          code: expect.stringMatching(/^X_VERIFY_(HEADER_MALFORMED|TIMESTAMP_STALE)$/),
        });
  });
});
