import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { law } from './harness.ts';

/** What came over the wire. */
export interface SourceRequest {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

/** A source's definition with the engines applied to it, as far as the laws look. */
export interface SourceShape {
  readonly name: string;
  readonly ordered: boolean;
  readonly maxBodyBytes: number;
  /** Judges with the right secret. Total; a rejection has a code and a reason without any secret. */
  verify(
    request: SourceRequest,
    now: number,
  ): { readonly kind: string; readonly code?: string; readonly reason?: string };
  /** Identity of a delivery, as text; the same for a vendor's retry. */
  identity(request: SourceRequest): string;
  /** The record key, null where the source has none. */
  subject(request: SourceRequest): string | null;
  /** Absent for a source that flows as typed raw records. Anything it throws is a coded error. */
  normalise?(request: SourceRequest): unknown;
}

export interface SourceUnderLaw {
  readonly source: SourceShape;
  /** Signed as the vendor signs, with the right secret, at `now`. */
  readonly samples: readonly { readonly name: string; readonly request: SourceRequest }[];
  readonly now: number;
  /** The same sample signed with another secret. */
  readonly signedByOther: SourceRequest;
  /** Lower-case names of the headers that carry the proof. */
  readonly proofHeaders: readonly string[];
  /** How far a signed time may be off; null where nothing signed says when. */
  readonly toleranceMs: number | null;
  readonly secrets: readonly string[];
}

/** What every source obeys: it believes nothing that is not proven, and understands or refuses everything else. */
export function sourceLaws(subject: SourceUnderLaw): void {
  const { source, samples, now } = subject;
  const [first] = samples;
  const rejected = (request: SourceRequest, at: number = now): void => {
    const verdict = source.verify(request, at);
    expect(verdict).toMatchObject({ kind: 'rejected', code: expect.stringMatching(/^X_/) });
    for (const secret of subject.secrets) expect(JSON.stringify(verdict)).not.toContain(secret);
  };
  if (first === undefined) throw new Error(`source ${source.name} has no samples`);

  describe(`source laws: ${source.name}`, () => {
    law('verifies what is genuine', () => {
      for (const { request } of samples) expect(source.verify(request, now).kind).toBe('verified');
    });

    law('rejects a body of which one bit is another, without a secret in the reason', () => {
      for (const { request } of samples) {
        fc.assert(
          fc.property(fc.nat(request.body.length * 8 - 1), (bit) => {
            const body = Buffer.from(request.body);
            body.writeUInt8(body.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
            rejected({ ...request, body });
          }),
          { numRuns: 50 },
        );
      }
    });

    law('rejects a signature made with another secret', () => rejected(subject.signedByOther));

    law('rejects a request without any one header of the proof', () => {
      for (const missing of subject.proofHeaders) {
        const headers = first.request.headers.filter(({ name }) => name.toLowerCase() !== missing);
        expect(headers.length).toBeLessThan(first.request.headers.length);
        rejected({ ...first.request, headers });
      }
    });

    law(
      'rejects a time that is too far off, in both directions',
      () => {
        const off = (subject.toleranceMs ?? 0) + 2_000;
        rejected(first.request, now + off);
        rejected(first.request, now - off);
      },
      subject.toleranceMs === null ? 'signs no time' : false,
    );

    law('gives a verdict on whatever bytes come', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          expect(source.verify({ ...first.request, body: Buffer.from(bytes) }, now).kind).toMatch(/^[a-z-]+$/);
        }),
      );
    });

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

    law(
      'normalises the same delivery to the same result, and random bytes to a result or a coded error',
      () => {
        for (const { request } of samples) expect(source.normalise?.(request)).toEqual(source.normalise?.(request));
        const json = fc.json().map((text) => Buffer.from(text));
        const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
        fc.assert(
          fc.property(fc.oneof(json, bytes), (body) => {
            try {
              source.normalise?.({ ...first.request, body });
            } catch (error) {
              expect(isCodedError(error)).toBe(true);
            }
          }),
        );
      },
      source.normalise === undefined ? 'normalises nothing' : false,
    );
  });
}
