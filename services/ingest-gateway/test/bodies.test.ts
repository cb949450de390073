import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  apiKey,
  type Fixture,
  openGateway,
  postWebhook,
  rawRecords,
  sendBytes,
  signedHeaders,
} from './gateway-fixture.ts';

let door: Fixture;
beforeAll(async () => {
  door = await openGateway();
});
afterAll(() => door.close());

let made = 0;
const issue = (): string => {
  made += 1;
  return JSON.stringify({
    action: 'opened',
    issue: { id: 91_000_001, number: 1, title: 'Encoding header', updated_at: '2026-11-20T08:00:00Z' },
    sender: { login: 'octavia' },
    ordinal: made,
  });
};
const github = (headers: Readonly<Record<string, string>>) => ({
  headers: { 'x-github-event': 'issues', 'x-github-delivery': `d-${made}`, ...headers },
});
const keptOf = (bodySha256: string) => rawRecords(door.broker).find(({ value }) => value.bodySha256 === bodySha256);
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const refusal = async (response: Response): Promise<readonly [number, string]> => [
  response.status,
  ((await response.json()) as { code: string }).code,
];

describe('a delivery whose Content-Encoding names a character set', () => {
  it('is not compressed: 202, and its bytes are kept', async () => {
    for (const encoding of ['UTF-8', 'utf8', 'us-ascii', 'ISO-8859-1', 'identity', 'IDENTITY', '', 'utf-8, identity']) {
      const body = issue();
      const response = await postWebhook(door.url, 'github', body, github({ 'content-encoding': encoding }));
      expect([encoding, response.status]).toEqual([encoding, 202]);
      expect(keptOf(sha256(body))?.value).toMatchObject({ subject: '91000001', body: Buffer.from(body) });
    }
  });
  it('is 202 for a business event too', async () => {
    for (const encoding of ['UTF-8', 'identity, utf-8']) {
      const response = await fetch(`${door.url}/v1/events/tickets`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-encoding': encoding,
          authorization: `Bearer ${apiKey}`,
        },
        body: JSON.stringify({ id: 'T-1', subject: 'x' }),
      });
      expect([encoding, response.status]).toEqual([encoding, 202]);
    }
  });
});

describe('a compressed delivery', () => {
  it('is verified over the bytes that were sent, whichever compression it names', async () => {
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['GZIP, identity', gzipSync],
      ['utf-8, gzip', gzipSync],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const body = compress(issue());
      const response = await postWebhook(door.url, 'github', body, github({ 'content-encoding': encoding }));
      expect([encoding, response.status]).toEqual([encoding, 202]);
      expect(keptOf(sha256(body))?.value).toMatchObject({ subject: '91000001', eventType: 'issues.opened', body });
    }
  });
  it('is 415 with what is accepted where nobody knows its compression', async () => {
    for (const encoding of ['compress', 'gzip, gzip', 'lzma']) {
      const response = await postWebhook(door.url, 'github', issue(), github({ 'content-encoding': encoding }));
      expect(response.headers.get('accept-encoding')).toBe('gzip, deflate, br, zstd, identity');
      const { code, detail } = (await response.json()) as { code: string; detail: string };
      expect([response.status, code]).toEqual([415, 'X_BODY_ENCODING_UNKNOWN']);
      expect(detail).toContain('gzip, deflate, br, zstd, identity');
    }
  });
  it('is 413 when it is a bomb, whichever way it is packed', async () => {
    const spaces = Buffer.alloc(30 * 1024 * 1024, 0x20);
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateRawSync],
      ['br', brotliCompressSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const response = await postWebhook(door.url, 'zendesk', compress(spaces), {
        headers: { 'content-encoding': encoding },
      });
      expect([encoding, await refusal(response)]).toEqual([encoding, [413, 'X_BODY_TOO_LARGE']]);
    }
  });
});

describe('a content type', () => {
  it('may have any parameters, say nothing, or be missing: the signature proves the bytes', async () => {
    for (const type of [
      'application/json; charset="UTF-8"',
      'application/json;charset=UTF-8; foo',
      'application/json; charset=nonsense',
      'application/vnd.github.v3+json',
      'text/plain; charset=utf-8',
      'TEXT/PLAIN',
    ]) {
      const response = await postWebhook(door.url, 'github', issue(), github({ 'content-type': type }));
      expect([type, response.status]).toEqual([type, 202]);
    }
    const body = Buffer.from(issue());
    const { 'content-type': _, ...headers } = signedHeaders('github', body, github({}));
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await sendBytes(door.url, (send) =>
      send(
        `POST /v1/webhooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body.toString()}`,
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
  });
  it('is 415 with what the source takes where it is another', async () => {
    for (const type of ['text/xml', 'multipart/form-data; boundary=x', 'application/octet-stream']) {
      const response = await postWebhook(door.url, 'github', issue(), github({ 'content-type': type }));
      expect(response.headers.get('accept')).toBe('application/json, application/x-www-form-urlencoded');
      expect([type, await refusal(response)]).toEqual([type, [415, 'X_BODY_TYPE_UNSUPPORTED']]);
    }
    const form = await postWebhook(door.url, 'zendesk', 'a=1', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(await refusal(form)).toEqual([415, 'X_BODY_TYPE_UNSUPPORTED']);
  });
  it('of JSON may stand before a byte order mark', async () => {
    const response = await postWebhook(door.url, 'github', `\ufeff${issue()}`, github({}));
    expect(response.status).toBe(202);
  });
});
