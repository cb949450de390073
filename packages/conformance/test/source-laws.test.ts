import { createHmac, timingSafeEqual } from 'node:crypto';
import { CodedError, deadLetter } from '@millrace/messaging';
import { type SourceRequest, type SourceShape, sourceLaws } from '../src/source-laws.ts';

const secret = 'a secret';
const now = 1_790_000_000_000;
const toleranceMs = 300_000;
const sign = (body: Buffer, time: number, key: string): string =>
  createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
const signed = (text: string, key = secret): SourceRequest => {
  const body = Buffer.from(text);
  const headers = [
    { name: 'X-Time', value: String(now) },
    { name: 'X-Signature', value: sign(body, now, key) },
  ];
  return { headers, body };
};
const header = (request: SourceRequest, wanted: string): string | undefined =>
  request.headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
const parse = ({ body }: SourceRequest): { readonly id: string; readonly subject: string } => {
  try {
    const { id, subject } = JSON.parse(body.toString());
    if (typeof id === 'string' && typeof subject === 'string') return { id, subject };
  } catch {
    // Falls through to the one refusal.
  }
  throw new CodedError('X_PLAIN_SHAPE', 'expected id and subject', { disposition: deadLetter, step: 'validate' });
};

const plain: SourceShape = {
  name: 'plain',
  ordered: true,
  verify(request, at, secrets) {
    if (secrets.length === 0) return { kind: 'unavailable' };
    for (const name of ['x-time', 'x-signature']) {
      const count = request.headers.filter((one) => one.name.toLowerCase() === name).length;
      if (count === 0) return { kind: 'rejected', code: 'X_VERIFY_HEADER_MISSING' };
      if (count > 1) return { kind: 'rejected', code: 'X_VERIFY_HEADER_REPEATED' };
    }
    const time = Number(header(request, 'x-time'));
    const given = Buffer.from(header(request, 'x-signature') ?? '', 'hex');
    if (Number.isNaN(time)) return { kind: 'rejected', code: 'X_VERIFY_HEADER_MALFORMED' };
    if (Math.abs(at - time) > toleranceMs) return { kind: 'rejected', code: 'X_VERIFY_TIMESTAMP_STALE' };
    const matching = secrets.findIndex((one) => {
      const expected = Buffer.from(sign(request.body, time, one), 'hex');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    if (matching < 0) return { kind: 'rejected', code: 'X_VERIFY_SIGNATURE_WRONG' };
    return { kind: 'verified', keyId: `${matching + 1}` };
  },
  identity: (request) => parse(request).id,
  subject: (request) => parse(request).subject,
  envelope: parse,
  normalise: parse,
};

sourceLaws({
  source: plain,
  samples: [
    { name: 'one', request: signed('{"id":"1","subject":"a"}') },
    { name: 'two', request: signed('{"id":"2","subject":"a"}') },
  ],
  now,
  signedByOther: signed('{"id":"1","subject":"a"}', 'another secret'),
  proofHeaders: ['x-time', 'x-signature'],
  toleranceMs,
  secret,
  otherSecret: 'another secret',
});
