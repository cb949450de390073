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
  maxBodyBytes: 1_000,
  verify(request, at) {
    const time = Number(header(request, 'x-time') ?? Number.NaN);
    const given = Buffer.from(header(request, 'x-signature') ?? '', 'hex');
    if (Number.isNaN(time) || given.length === 0) return { kind: 'rejected', code: 'X_VERIFY_HEADER_MISSING' };
    if (Math.abs(at - time) > toleranceMs) return { kind: 'rejected', code: 'X_VERIFY_TIMESTAMP_STALE' };
    const expected = Buffer.from(sign(request.body, time, secret), 'hex');
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    return isRight ? { kind: 'verified' } : { kind: 'rejected', code: 'X_VERIFY_SIGNATURE_WRONG' };
  },
  identity: (request) => parse(request).id,
  subject: (request) => parse(request).subject,
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
  secrets: [secret],
});
