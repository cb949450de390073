import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verify } from '../../../src/kit/verification/verify.ts';
import { standardWebhooksSource } from '../../../src/vendors/standard-webhooks/source.ts';
import { sourceLaws } from '../../kit/source-laws.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
sourceLaws({ source: standardWebhooksSource, secret, otherSecret: 'whsec_c2Vjb25kLXNlY3JldC1mb3ItdGVzdHMtMTIzNA==' });

describe('Standard Webhooks', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  const body = Buffer.from('{"type":"a.b","data":{"ü":1}}');
  const judged = (signature: string): string =>
    verify(
      standardWebhooksSource.verification,
      {
        body,
        headers: [
          { name: 'webhook-id', value: 'msg_1' },
          { name: 'webhook-timestamp', value: String(now / 1000) },
          { name: 'webhook-signature', value: signature },
        ],
      },
      { secrets: [{ keyId: '1', secret }], now },
    ).kind;
  const genuine = new Webhook(secret).sign('msg_1', new Date(now), body.toString());

  it('verifies what the reference library signs', () => {
    expect(judged(genuine)).toBe('verified');
  });
  it('takes any of the signatures listed during a rotation', () => {
    const older = new Webhook('whsec_b2xkZXItc2VjcmV0LW9sZGVyLXNlY3JldA==').sign(
      'msg_1',
      new Date(now),
      body.toString(),
    );
    expect(judged(`${older} ${genuine}`)).toBe('verified');
    expect(judged(older)).toBe('rejected');
  });
  it('ignores versions it does not know and never fails on them', () => {
    expect(judged(`v1a,AAAA v9 ,, ${genuine} v2,x`)).toBe('verified');
    expect(judged(genuine.replace('v1,', 'v1a,'))).toBe('rejected');
  });
});
