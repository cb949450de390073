import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { law } from './harness.ts';
import { pathsOf, replaced } from './payload.ts';
import { sourceBodyLaws } from './source-body-laws.ts';
import { absurdTimes, sourceTimeLaws } from './source-time-laws.ts';
import type { SourceRequest, SourceSample, SourceUnderLaw } from './source-under-law.ts';

/** What every source obeys: it believes nothing that is not proven, and understands or refuses everything else. */
export function sourceLaws(subject: SourceUnderLaw): void {
  if (subject.samples[0] === undefined) throw new Error(`source ${subject.source.name} has no samples`);
  describe(`source laws: ${subject.source.name}`, () => {
    proofLaws(subject);
    secretLaws(subject);
    meaningLaws(subject);
    sourceBodyLaws(subject);
    sourceTimeLaws(subject);
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
    'normalises a payload with an absurd time in the place of any value, and drops what is no time',
    () => {
      const payload = JSON.parse(first.body.toString()) as unknown;
      for (const path of pathsOf(payload))
        for (const absurd of absurdTimes)
          isTotal({ ...first, body: Buffer.from(JSON.stringify(replaced(payload, path, absurd))) });
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
