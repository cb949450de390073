import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect } from '@jest/globals';
import { law } from './harness.ts';
import { jsonIn } from './payload.ts';
import type { SourceRequest, SourceShape, SourceUnderLaw } from './source-under-law.ts';

/** What of a delivery does not depend on how its body was packed: identity may hash the bytes as they came. */
const meaningOf = (source: SourceShape, request: SourceRequest): unknown => ({
  subject: source.subject(request),
  occurredAt: source.occurredAt(request),
  normalised: source.normalise?.(request) ?? null,
});

/** However a body is packed and labelled, it is proven over its bytes as they came and says the same. */
export function sourceBodyLaws({ source, samples, now, secret }: SourceUnderLaw): void {
  law('reads a body as it is where its content-encoding names a character set, or no compression', () => {
    for (const { request } of samples) {
      const envelope = source.envelope(request);
      for (const value of ['UTF-8', 'utf8', 'us-ascii', 'ISO-8859-1', 'identity', '', ' ', 'utf-8, identity']) {
        const headers = [...request.headers, { name: 'Content-Encoding', value }];
        expect([value, source.envelope({ ...request, headers })]).toEqual([value, envelope]);
      }
    }
  });

  law('verifies a compressed body over the bytes as they came, and reads it as one that is not', () => {
    for (const { request } of samples) {
      const meaning = meaningOf(source, request);
      for (const [value, compress] of Object.entries(compressions)) {
        const headers = [...request.headers, { name: 'content-encoding', value }];
        const packed = source.sign({ headers, body: compress(request.body) });
        expect(source.verify(packed, now, [secret]).kind).toBe('verified');
        expect([value, meaningOf(source, packed)]).toEqual([value, meaning]);
      }
    }
  });

  law(
    'reads the same from a form with the JSON in its field as from the JSON itself',
    () => {
      for (const { request } of samples.filter(({ request: { body } }) => jsonIn(body) !== undefined)) {
        const form = source.asForm?.(request) ?? request;
        expect(source.verify(form, now, [secret]).kind).toBe('verified');
        expect(meaningOf(source, form)).toEqual(meaningOf(source, request));
      }
    },
    source.asForm === undefined ? 'takes no form with JSON in a field' : false,
  );
}

const compressions = {
  gzip: gzipSync,
  deflate: deflateSync,
  DEFLATE: deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;
