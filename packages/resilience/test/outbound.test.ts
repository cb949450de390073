import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOutbound, type Outbound, type OutboundOptions } from '../src/outbound.ts';

const closers: (() => Promise<unknown>)[] = [];
const never = new AbortController().signal;

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function aServer(handler: RequestListener): Promise<string> {
  return listening(createServer(handler));
}

function listening(
  server: Pick<Server, 'listen' | 'address' | 'close'> & { closeAllConnections?: () => void },
): Promise<string> {
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections?.();
      }),
  );
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function anOutbound(options: OutboundOptions): Outbound {
  const outbound = createOutbound(options);
  closers.push(() => outbound.close());
  return outbound;
}

const get = (outbound: Outbound, url: string, signal: AbortSignal = never) =>
  outbound.send({ method: 'GET', url }, signal);

describe('outbound', () => {
  it('answers any status with headers and body', async () => {
    const url = await aServer((_request, response) =>
      response.writeHead(418, { 'x-said': 'yes' }).end('short and stout'),
    );
    const answer = await get(anOutbound({ trustedOrigins: [url] }), url);
    expect([answer.status, answer.headers['x-said'], answer.body.toString()]).toEqual([418, 'yes', 'short and stout']);
  });

  it.each([
    ['a loopback address that nobody declared', 'http://127.0.0.1:9/'],
    ['another port than a declared one', 'http://127.0.0.1:10/'],
    ['plain http', 'http://example.com/'],
    ['a port that is not 443', 'https://example.com:8443/'],
    ['a private address', 'https://10.0.0.1/'],
    ['the metadata service of a cloud', 'https://169.254.169.254/latest/meta-data'],
    ['a private address in disguise', 'https://0x7f000001/'],
    ['a mapped address', 'https://[::ffff:127.0.0.1]/'],
    ['a name that points here', 'https://localhost/'],
    ['credentials in the URL', 'https://user:secret@example.com/'],
    ['another scheme', 'file:///etc/passwd'],
    ['something that is no URL', 'nowhere'],
  ])('sends nothing to %s', async (_what, url) => {
    const sent = get(anOutbound({ trustedOrigins: ['http://127.0.0.1:11'] }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_BLOCKED', disposition: { kind: 'halt' }, applied: 'no' });
  });

  it('does not follow a redirect', async () => {
    let asked = 0;
    const url = await aServer((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = await get(anOutbound({ trustedOrigins: [url] }), url);
    expect([answer.status, asked]).toEqual([302, 1]);
  });

  it('gives up on an answer that does not begin in time', async () => {
    const url = await aServer(() => undefined);
    const sent = get(anOutbound({ trustedOrigins: [url], totalTimeoutMs: 50 }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_TIMEOUT', applied: 'unknown' });
  });

  it('gives up on an answer larger than the cap', async () => {
    const url = await aServer((_request, response) => response.end(Buffer.alloc(2_000)));
    const sent = get(anOutbound({ trustedOrigins: [url], maxResponseBytes: 1_000 }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_RESPONSE_TOO_LARGE', applied: 'unknown' });
  });

  it('knows that a refused connection did nothing', async () => {
    const url = await aServer((_request, response) => response.end());
    await closers.pop()?.();
    const sent = get(anOutbound({ trustedOrigins: [url] }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_UNREACHABLE', applied: 'no', unavailable: true });
  });

  it('does not know what a connection did that broke off', async () => {
    const url = await aServer((request) => request.socket.destroy());
    const sent = get(anOutbound({ trustedOrigins: [url] }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_RESET', applied: 'unknown' });
  });

  it('calls an answer that is no HTTP unreadable', async () => {
    const url = await listening(
      createTcpServer((socket) => socket.on('data', () => socket.end('SSH-2.0-x\r\n\r\n'))) as never,
    );
    const sent = get(anOutbound({ trustedOrigins: [url] }), url);
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_RESPONSE_UNREADABLE' });
  });

  it('gives up at once when the caller does', async () => {
    const url = await aServer(() => undefined);
    const controller = new AbortController();
    const sent = get(anOutbound({ trustedOrigins: [url] }), url, controller.signal);
    controller.abort();
    await expect(sent).rejects.toMatchObject({ code: 'X_HTTP_ABORTED' });
  });

  it('closes twice', async () => {
    const outbound = anOutbound({});
    await outbound.close();
    await outbound.close();
  });
});
