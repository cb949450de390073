import { createServer, connect as openTcp, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Connection } from '@platformatic/kafka';

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { readonly port: number }).port;
});
afterAll(() => {
  server.close();
});

it('patch: the owner opens the connection, wherever that leads', async () => {
  const asked: [string, number][] = [];
  const link = new Connection('patch', {
    createSocket: (host, wanted) => {
      asked.push([host, wanted]);
      return openTcp({ host: '127.0.0.1', port });
    },
  });
  await link.connect('kafka.example', 9092);
  expect(asked).toEqual([['kafka.example', 9092]]);
  expect(link.socket.remotePort).toBe(port);
  await link.close();
});
