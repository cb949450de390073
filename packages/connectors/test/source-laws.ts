import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { entities } from '@millrace/contracts';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { identityOf } from '../src/identity.ts';
import { type RequestView, select } from '../src/selector.ts';
import type { NormalisedItem, RawWebhook, Source } from '../src/source.ts';
import { signRequest } from '../src/verification/sign.ts';
import type { SignedRequest, Verdict } from '../src/verification/verification.ts';
import { verify } from '../src/verification/verify.ts';
import { bodyTypeOf, parseDocument } from '../src/webhook-body.ts';

export interface Sample {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SourceHarness {
  readonly source: Source;
  /** A secret as the vendor would issue it, and another one. */
  readonly secret: string;
  readonly otherSecret: string;
}

const now = Date.parse('2026-11-20T12:00:00.500Z');

/** What every source obeys. Signed as the vendor signs, at a fixed time. */
export function sourceLaws({ source, secret, otherSecret }: SourceHarness): void {
  const folder = join(import.meta.dirname, '../src', source.name, 'samples');
  const samples = samplesIn(folder);
  const [first] = samples;
  if (first === undefined) throw new Error(`${folder} has no samples`);
  const judged = (request: SignedRequest, at = now, secrets = [secret]): Verdict =>
    verify(source.verification, request, {
      secrets: secrets.map((text, index) => ({ keyId: `${index + 1}`, secret: text })),
      now: at,
    });

  describe(`source ${source.name}`, () => {
    for (const sample of samples) {
      describe(`sample ${sample.name}`, () => {
        it('is verified when it is genuine', () => {
          expect(judged(signed(source, sample, secret)).kind).toBe('verified');
        });
        it('is rejected, without a secret in the reason, when one bit of the body is another', () => {
          fc.assert(
            fc.property(fc.nat(sample.body.length * 8 - 1), (bit) => {
              const request = signed(source, sample, secret);
              const body = Buffer.from(request.body);
              body.writeUInt8(body.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
              expectRejected(judged({ ...request, body }), 'X_VERIFY_SIGNATURE_WRONG', [secret]);
            }),
            { numRuns: 50 },
          );
        });
        it('has the golden envelope and entities', () => {
          const golden = join(folder, `${sample.name}.expected.json`);
          const actual = envelopeOf(source, sample, secret);
          if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(actual, null, 2)}\n`);
          expect(existsSync(golden)).toBe(true);
          expect(actual).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
        });
        it('is told the same twice, and as its entity’s schema has it', () => {
          expect(envelopeOf(source, sample, secret)).toEqual(envelopeOf(source, sample, secret));
          if (source.normalise !== undefined) expectTotal(source.normalise, rawOf(source, sample, secret));
        });
        it('has a subject where the source declares order', () => {
          if (source.ordered)
            expect(select(source.subject ?? 'const:', viewOf(source, sample))).toEqual(expect.any(String));
        });
      });
    }

    it('rejects a signature made with another secret', () => {
      expectRejected(judged(signed(source, first, otherSecret)), 'X_VERIFY_SIGNATURE_WRONG', [secret, otherSecret]);
    });
    it('accepts any of several active secrets and names the one that matched', () => {
      expect(judged(signed(source, first, otherSecret), now, [secret, otherSecret])).toMatchObject({
        kind: 'verified',
        keyId: '2',
      });
    });
    it('refuses to judge without a usable secret, and never accepts then', () => {
      expect(judged(signed(source, first, secret), now, []).kind).toBe('unavailable');
    });
    it('rejects a request that lacks any header of the proof', () => {
      for (const name of proofHeaders(source)) {
        const request = signed(source, first, secret);
        expectRejected(
          judged({ ...request, headers: request.headers.filter((header) => header.name !== name) }),
          'X_VERIFY_HEADER_MISSING',
          [secret],
        );
      }
    });
    it('rejects a request that has a header of the proof twice, in whatever case', () => {
      for (const name of proofHeaders(source)) {
        const request = signed(source, first, secret);
        const value = request.headers.find((header) => header.name === name)?.value ?? '';
        const headers = [...request.headers, { name: name.toUpperCase(), value }];
        expectRejected(judged({ ...request, headers }), 'X_VERIFY_HEADER_REPEATED', [secret]);
      }
    });
    it('finds headers whatever their case', () => {
      const request = signed(source, first, secret);
      const headers = request.headers.map(({ name, value }) => ({ name: name.toUpperCase(), value }));
      expect(judged({ ...request, headers }).kind).toBe('verified');
    });
    const { timestamp } = source.verification;
    if (timestamp !== undefined)
      it('rejects a time too far behind and too far ahead, and takes one within the tolerance', () => {
        const second = 1000;
        const request = signed(source, first, secret);
        for (const at of [now + timestamp.toleranceMs + second, now - timestamp.toleranceMs - second])
          expectRejected(judged(request, at), 'X_VERIFY_TIMESTAMP_STALE', [secret]);
        for (const at of [now + timestamp.toleranceMs - second, now - timestamp.toleranceMs + second])
          expect(judged(request, at).kind).toBe('verified');
      });
    it('gives a verdict on whatever headers and bytes come', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 200 }),
          fc.array(fc.record({ name: fc.constantFrom(...proofHeaders(source), 'other'), value: fc.string() }), {
            maxLength: 6,
          }),
          (body, headers) => {
            expect(['rejected', 'verified', 'test']).toContain(judged({ body: Buffer.from(body), headers }).kind);
          },
        ),
        { numRuns: 200 },
      );
    });
    const { normalise } = source;
    if (normalise !== undefined) {
      it('normalises random bytes and random JSON to entities, to nothing, or to a coded error', () => {
        const json = fc.json().map((text) => Buffer.from(text));
        const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
        fc.assert(
          fc.property(fc.oneof(json, bytes), fc.option(fc.string()), (body, eventType) => {
            expectTotal(normalise, { ...rawOf(source, first, secret), body, eventType });
          }),
          { numRuns: 300 },
        );
      });
      it('normalises a genuine payload with anything in the place of any value', () => {
        const text = first.body.toString();
        const paths = pathsOf(JSON.parse(text) as unknown);
        fc.assert(
          fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
            const body = Buffer.from(JSON.stringify(replaced(JSON.parse(text) as unknown, path, value)));
            expectTotal(normalise, { ...rawOf(source, first, secret), body });
          }),
          { numRuns: 500 },
        );
      });
      it('filters what our own integration caused', () => {
        const raw = { ...rawOf(source, first, secret), actor: 'ours' };
        expect(normalise({ ...raw, integrationActor: 'ours' })).toEqual({ kind: 'filtered', reason: 'echo' });
        expect(normalise({ ...raw, integrationActor: 'another' })).toEqual(normalise(raw));
      });
    }
  });
}

export function samplesIn(folder: string): readonly Sample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .toSorted()
    .map((file) => {
      const sample = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        headers: Record<string, string>;
        body: unknown;
      };
      return {
        name: file.slice(0, -'.json'.length),
        headers: sample.headers,
        body: Buffer.from(JSON.stringify(sample.body)),
      };
    });
}

/** The sample as its sender would send it. */
export function signed(source: Source, sample: Sample, secret: string): SignedRequest {
  const { headers, body } = sample;
  const all = { ...headers, ...signRequest(source.verification, { secret, body, now, headers }) };
  return { body, headers: Object.entries(all).map(([name, value]) => ({ name, value })) };
}

export function viewOf(source: Source, sample: Sample): RequestView {
  const type = bodyTypeOf(sample.headers['content-type'], source.body.types);
  if (type === undefined) throw new Error(`${sample.name} has a content type that ${source.name} does not take`);
  return {
    document: parseDocument(sample.body, type),
    header: (name) => sample.headers[name],
    query: new URLSearchParams(),
  };
}

function rawOf(source: Source, sample: Sample, secret: string): RawWebhook {
  const view = viewOf(source, sample);
  return {
    body: sample.body,
    headers: signed(source, sample, secret).headers,
    eventType: source.eventType === undefined ? null : select(source.eventType, view),
    receivedAt: now,
    source: source.name,
    actor: source.actor === undefined ? null : select(source.actor, view),
  };
}

function envelopeOf(source: Source, sample: Sample, secret: string): unknown {
  const view = viewOf(source, sample);
  const request = signed(source, sample, secret);
  const verdict = verify(source.verification, request, { secrets: [{ keyId: '1', secret }], now });
  if (verdict.kind !== 'verified') throw new Error(`${sample.name} does not verify`);
  const { normalise } = source;
  const raw = rawOf(source, sample, secret);
  return {
    identity: identityOf(source, {
      view,
      bodySha256: createHash('sha256').update(sample.body).digest('hex'),
      signedSha256: verdict.signedSha256,
      signedAt: verdict.signedAt,
      policy: 'source',
      freshId: () => 'fresh',
    }),
    eventType: raw.eventType,
    subject: source.subject === undefined ? null : select(source.subject, view),
    actor: raw.actor,
    occurredAt: source.occurredAt === undefined ? null : select(source.occurredAt.selector, view),
    ...(normalise === undefined ? {} : { normalised: normalise(raw) }),
  };
}

function proofHeaders({ verification: { signature, timestamp, signed: parts } }: Source): readonly string[] {
  const named = parts.flatMap((part) => /^\{header:(.+)\}$/.exec(part)?.[1] ?? []);
  return [
    signature.header,
    ...(timestamp !== undefined && 'header' in timestamp.in ? [timestamp.in.header] : []),
    ...named,
  ];
}

function expectRejected(verdict: Verdict, code: string, secrets: readonly string[]): void {
  expect(verdict).toMatchObject({ kind: 'rejected', code });
  for (const secret of secrets) expect(JSON.stringify(verdict)).not.toContain(secret);
}

function expectTotal(normalise: NonNullable<Source['normalise']>, raw: RawWebhook): void {
  try {
    const result = normalise(raw);
    if (result.kind === 'entities') for (const item of result.items) expectCanonical(item, raw);
    else expect(result.reason).toMatch(/^[a-z-]+$/);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    expect(error.disposition).toEqual({ kind: 'dead-letter' });
    expect(error.code).not.toBe('X_NORMALISE_FAILED');
  }
}

/** What a stage after it relies on: the entity fits its schema, the key names it, the time can be ordered by. */
function expectCanonical(item: NormalisedItem, raw: RawWebhook): void {
  const entity = Object.entries(entities).find(([name]) => name === item.entity)?.[1];
  expect(entity?.record.violations(item.data)).toEqual([]);
  expect(item.key).toBe(`${raw.source}:${item.data['id']}`);
  expect(item.item).not.toBe('');
  expect(Number.isSafeInteger(item.eventTime) && item.eventTime >= 0).toBe(true);
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const children = value as Record<string | number, unknown>;
  const copy = Array.isArray(value) ? [...value] : { ...children };
  (copy as Record<string | number, unknown>)[key] = replaced(children[key], rest, by);
  return copy;
}
