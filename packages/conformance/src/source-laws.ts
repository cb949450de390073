import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { law } from './harness.ts';

/** What came over the wire. */
export interface SourceRequest {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

export interface SourceVerdict {
  readonly kind: string;
  readonly code?: string;
  readonly reason?: string;
  readonly keyId?: string;
}

/** A source's definition with the engines applied to it, as far as the laws look. */
export interface SourceShape {
  readonly name: string;
  readonly ordered: boolean;
  /** Total. A rejection has a code and a reason without any secret; `keyId` counts the secrets from 1. */
  verify(request: SourceRequest, now: number, secrets: readonly string[]): SourceVerdict;
  /** Identity of a delivery, as text; the same for a vendor's retry. */
  identity(request: SourceRequest): string;
  /** The record key, null where the source has none. */
  subject(request: SourceRequest): string | null;
  /** Everything the door and the normaliser make of a delivery: what the golden file holds. */
  envelope(request: SourceRequest): unknown;
  /** Absent for a source that flows as typed raw records. Anything it throws is a coded error. */
  normalise?(request: SourceRequest, eventType?: string | null): unknown;
  /** Throws when a result is not what the stage after it relies on. */
  checkNormalised?(result: unknown, request: SourceRequest): void;
  /** The same with the event caused by our own integration, and by another. */
  echo?(request: SourceRequest): { readonly ours: unknown; readonly others: unknown };
}

export interface SourceSample {
  readonly name: string;
  /** Signed as the vendor signs, with `secret`, at `now`. */
  readonly request: SourceRequest;
  /** Path of the file that holds its envelope. */
  readonly golden?: string;
}

export interface SourceUnderLaw {
  readonly source: SourceShape;
  readonly samples: readonly SourceSample[];
  readonly now: number;
  readonly secret: string;
  readonly otherSecret: string;
  /** The first sample signed with the other secret. */
  readonly signedByOther: SourceRequest;
  /** Lower-case names of the headers that carry the proof. */
  readonly proofHeaders: readonly string[];
  /** How far a signed time may be off; null where nothing signed says when. */
  readonly toleranceMs: number | null;
  /** Writes the golden files instead of comparing with them. */
  readonly updateGolden?: boolean;
}

/** What every source obeys: it believes nothing that is not proven, and understands or refuses everything else. */
export function sourceLaws(subject: SourceUnderLaw): void {
  if (subject.samples[0] === undefined) throw new Error(`source ${subject.source.name} has no samples`);
  describe(`source laws: ${subject.source.name}`, () => {
    proofLaws(subject);
    secretLaws(subject);
    meaningLaws(subject);
    normaliserLaws(subject);
  });
}

const firstOf = ({ samples }: SourceUnderLaw): SourceRequest => (samples[0] as SourceSample).request;

function rejects(subject: SourceUnderLaw, request: SourceRequest, code: RegExp, at: number = subject.now): void {
  const verdict = subject.source.verify(request, at, [subject.secret]);
  expect(verdict).toMatchObject({ kind: 'rejected', code: expect.stringMatching(code) });
  for (const secret of [subject.secret, subject.otherSecret]) expect(JSON.stringify(verdict)).not.toContain(secret);
}

function proofLaws(subject: SourceUnderLaw): void {
  const { source, samples, now, secret, proofHeaders, toleranceMs } = subject;
  const first = firstOf(subject);

  law('verifies what is genuine, whatever the case of its headers', () => {
    for (const { request } of samples) {
      expect(source.verify(request, now, [secret]).kind).toBe('verified');
      const headers = request.headers.map(({ name, value }) => ({ name: name.toUpperCase(), value }));
      expect(source.verify({ ...request, headers }, now, [secret]).kind).toBe('verified');
    }
  });

  law('rejects a body of which one bit is another, without a secret in the reason', () => {
    for (const { request } of samples) {
      fc.assert(
        fc.property(fc.nat(request.body.length * 8 - 1), (bit) => {
          const body = Buffer.from(request.body);
          body.writeUInt8(body.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          rejects(subject, { ...request, body }, /^X_VERIFY_SIGNATURE_WRONG$/);
        }),
        { numRuns: 50 },
      );
    }
  });

  law('rejects a request without any one header of the proof', () => {
    for (const missing of proofHeaders) {
      const headers = first.headers.filter(({ name }) => name.toLowerCase() !== missing);
      expect(headers.length).toBeLessThan(first.headers.length);
      rejects(subject, { ...first, headers }, /^X_VERIFY_HEADER_MISSING$/);
    }
  });

  law('rejects a request that has a header of the proof twice, in whatever case', () => {
    for (const repeated of proofHeaders) {
      const value = first.headers.find(({ name }) => name.toLowerCase() === repeated)?.value ?? '';
      const headers = [...first.headers, { name: repeated.toUpperCase(), value }];
      rejects(subject, { ...first, headers }, /^X_VERIFY_HEADER_REPEATED$/);
    }
  });

  law(
    'rejects a time too far behind and too far ahead, and takes one within the tolerance',
    () => {
      const tolerance = toleranceMs ?? 0;
      for (const off of [tolerance + 2_000, -tolerance - 2_000])
        rejects(subject, first, /^X_VERIFY_TIMESTAMP_STALE$/, now + off);
      for (const off of [tolerance - 1_000, 1_000 - tolerance])
        expect(source.verify(first, now + off, [secret]).kind).toBe('verified');
    },
    toleranceMs === null ? 'signs no time' : false,
  );

  law('gives a verdict on whatever headers and bytes come', () => {
    const header = fc.record({ name: fc.constantFrom(...proofHeaders, 'other'), value: fc.string() });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(header, { maxLength: 6 }), (bytes, headers) => {
        const verdict = source.verify({ headers, body: Buffer.from(bytes) }, now, [secret]);
        expect(['rejected', 'verified', 'test']).toContain(verdict.kind);
      }),
      { numRuns: 200 },
    );
  });
}

function secretLaws(subject: SourceUnderLaw): void {
  const { source, now, secret, otherSecret, signedByOther } = subject;

  law('rejects a signature made with another secret', () =>
    rejects(subject, signedByOther, /^X_VERIFY_SIGNATURE_WRONG$/),
  );

  law('accepts any of several active secrets and names the one that matched', () => {
    expect(source.verify(signedByOther, now, [secret, otherSecret])).toMatchObject({ kind: 'verified', keyId: '2' });
  });

  law('refuses to judge without a usable secret, and never accepts then', () => {
    expect(source.verify(firstOf(subject), now, []).kind).toBe('unavailable');
  });
}

function meaningLaws({ source, samples, updateGolden }: SourceUnderLaw): void {
  law('gives a repeated delivery the same identity, and different deliveries different ones', () => {
    const identities = samples.map(({ request }) => source.identity(request));
    expect(samples.map(({ request }) => source.identity(request))).toEqual(identities);
    expect(new Set(identities).size).toBe(samples.length);
  });

  law(
    'has a subject for every delivery',
    () => {
      for (const { request } of samples) expect(source.subject(request)).toEqual(expect.stringMatching(/./));
    },
    source.ordered ? false : 'declares ordered: false',
  );

  for (const { name, request, golden } of samples) {
    if (golden === undefined) continue;
    law(`makes of sample ${name} what its golden file says, each time`, () => {
      const envelope = source.envelope(request);
      if (updateGolden === true) writeFileSync(golden, `${JSON.stringify(envelope, null, 2)}\n`);
      expect(existsSync(golden)).toBe(true);
      expect(envelope).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
      expect(source.envelope(request)).toEqual(envelope);
    });
  }
}

function normaliserLaws(subject: SourceUnderLaw): void {
  const { source, samples } = subject;
  const first = firstOf(subject);
  const skip = source.normalise === undefined ? 'normalises nothing' : false;
  const isTotal = (request: SourceRequest, eventType?: string | null): void => {
    let result: unknown;
    try {
      result = source.normalise?.(request, eventType);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      expect(error.disposition).toEqual({ kind: 'dead-letter' });
      expect(error.code).not.toBe('X_NORMALISE_FAILED');
      return;
    }
    source.checkNormalised?.(result, request);
  };

  law(
    'normalises what is genuine to what the next stage relies on',
    () => {
      for (const { request } of samples) isTotal(request);
    },
    skip,
  );

  law(
    'normalises random bytes and random JSON to a result or a coded error',
    () => {
      const json = fc.json().map((text) => Buffer.from(text));
      const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
      fc.assert(
        fc.property(fc.oneof(json, bytes), fc.option(fc.string()), (body, eventType) =>
          isTotal({ ...first, body }, eventType),
        ),
        { numRuns: 300 },
      );
    },
    skip,
  );

  law(
    'normalises a genuine payload with anything in the place of any value',
    () => {
      const text = first.body.toString();
      const paths = pathsOf(JSON.parse(text) as unknown);
      fc.assert(
        fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
          isTotal({ ...first, body: Buffer.from(JSON.stringify(replaced(JSON.parse(text) as unknown, path, value))) });
        }),
        { numRuns: 500 },
      );
    },
    skip,
  );

  law(
    'filters what our own integration caused, and nothing that others did',
    () => {
      const echoed = source.echo?.(first);
      expect(echoed?.ours).toEqual({ kind: 'filtered', reason: 'echo' });
      expect(echoed?.others).not.toEqual(echoed?.ours);
    },
    source.echo === undefined ? (skip === false ? 'knows no actor' : skip) : false,
  );
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
