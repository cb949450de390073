import { createHmac, timingSafeEqual } from 'node:crypto';
import { brotliDecompressSync, inflateRawSync, inflateSync, unzipSync, zstdDecompressSync } from 'node:zlib';
import { CodedError, deadLetter } from '@millrace/messaging';
import { sourceLaws } from '../src/source-laws.ts';
import type { SourceRequest, SourceShape } from '../src/source-under-law.ts';

const secret = 'a secret';
const now = 1_790_000_000_000;
const toleranceMs = 300_000;
const sign = (body: Buffer, time: number, key: string): string =>
  createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
const signed = (body: Buffer, others: SourceRequest['headers'] = [], key = secret): SourceRequest => {
  const headers = [
    ...others.filter(({ name }) => !/^x-(time|signature)$/i.test(name)),
    { name: 'X-Time', value: String(now) },
    { name: 'X-Signature', value: sign(body, now, key) },
  ];
  return { headers, body };
};
const sample = (text: string, key = secret): SourceRequest => signed(Buffer.from(text), [], key);
const header = (request: SourceRequest, wanted: string): string | undefined =>
  request.headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
const unpacked = (request: SourceRequest): Buffer => {
  const { body } = request;
  switch (header(request, 'content-encoding')?.toLowerCase()) {
    case 'gzip':
      return unzipSync(body);
    case 'deflate':
      return (body[0] ?? 0) % 16 === 8 ? inflateSync(body) : inflateRawSync(body);
    case 'br':
      return brotliDecompressSync(body);
    case 'zstd':
      return zstdDecompressSync(body);
    default:
      return body;
  }
};
const fields = (request: SourceRequest): Readonly<Record<string, unknown>> => {
  const text = unpacked(request).toString();
  const value: unknown = JSON.parse(text.startsWith('payload=') ? decodeURIComponent(text.slice(8)) : text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
};
const parse = (request: SourceRequest): { readonly id: string; readonly subject: string } => {
  try {
    const { id, subject } = fields(request);
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
  occurredAt(request) {
    const { at } = fields(request);
    return typeof at === 'number' && at >= 0 && at <= 4e12 ? Math.floor(at) : null;
  },
  sign: ({ headers, body }) => signed(body, headers),
  asForm: ({ headers, body }) => signed(Buffer.from(`payload=${encodeURIComponent(body.toString())}`), headers),
  normalise: parse,
};

sourceLaws({
  source: plain,
  samples: [
    { name: 'one', request: sample('{"id":"1","subject":"a","at":1790000000000}') },
    { name: 'two', request: sample('{"id":"2","subject":"a"}') },
  ],
  now,
  signedByOther: sample('{"id":"1","subject":"a"}', 'another secret'),
  proofHeaders: ['x-time', 'x-signature'],
  toleranceMs,
  secret,
  otherSecret: 'another secret',
});
