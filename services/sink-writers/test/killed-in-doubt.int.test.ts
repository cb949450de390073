import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs } from '@millrace/contracts';
import { testNamespace } from '@millrace/embedded/testing';
import { provision } from '@millrace/kafka';
import { readDeadLetter, readIdentity } from '@millrace/messaging';
import { aTicket } from './a-ticket.ts';
import type { InDoubtPlan } from './in-doubt-process.ts';
import { connectSurroundings, type Surroundings } from './surroundings.ts';

// SIGKILL between `started` and `done`, on either side of the effect: with the request at the destination's door, and with
// the effect done and its answer on the way. What follows is what the sink declares.

const own = testNamespace();
const children = new Set<ChildProcess>();
let made = 0;
let around: Surroundings;
let doors: Readonly<Record<'slack' | 'http' | 'printer', Door>>;
const printed: string[] = [];

/** Stands before a destination; stops the next write at it, before or after the destination has seen it. */
interface Door {
  readonly url: string;
  /** Writes that came, also those that were stopped. */
  writes(): number;
  /** Resolves when the write has been stopped. */
  stopNext(where: 'before' | 'after'): Promise<void>;
  close(): void;
}

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Buffer };

async function aDoor(
  isWrite: (request: IncomingMessage) => boolean,
  pass: (request: IncomingMessage, body: Buffer) => Promise<Answer>,
): Promise<Door> {
  let stop: { readonly where: 'before' | 'after'; readonly stopped: () => void } | null = null;
  let writes = 0;
  const server: Server = createServer(async (request, response) => {
    const body = await buffer(request);
    const stopping = isWrite(request) ? stop : null;
    if (isWrite(request)) writes += 1;
    if (stopping !== null) stop = null;
    if (stopping?.where === 'before') return stopping.stopped();
    const answer = await pass(request, body);
    if (stopping !== null) return stopping.stopped();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes: () => writes,
    stopNext: (where) => new Promise((stopped) => (stop = { where, stopped })),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const passTo =
  (origin: string) =>
  async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? '/', origin), {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  };

beforeAll(async () => {
  around = await connectSurroundings('in-doubt-test');
  const { environment } = around.street;
  doors = {
    slack: await aDoor(
      ({ url }) => url?.includes('chat.postMessage') === true,
      passTo(environment['SLACK_BASE_URL'] as string),
    ),
    http: await aDoor(() => true, passTo(environment['HTTP_BASE_URL'] as string)),
    printer: await aDoor(
      () => true,
      async (_, body) => {
        printed.push(body.toString());
        return { status: 200, headers: new Headers(), body: Buffer.alloc(0) };
      },
    ),
  };
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(async () => {
  for (const door of Object.values(doors)) door.close();
  await around.close();
});

interface Doubt {
  readonly eventId: string;
  readonly route: string;
  readonly group: string;
}

const deliver: Readonly<Record<keyof typeof doors, string>> = {
  slack: 'sink: slack, channel: "#urgent"',
  http: 'sink: http, url: "${HTTP_BASE_URL}/hook", secret: "${HTTP_SIGNING_SECRET}"',
  printer: 'sink: printer',
};

/** A ticket whose writer is killed at the door, and then another process of the same name. */
async function killedAt(sink: keyof typeof doors, where: 'before' | 'after'): Promise<Doubt> {
  made += 1;
  const { broker, kafkaBrokers, registryUrl, database, street } = around;
  const route = `${own}-doubt-${made}`;
  const [group, eventId] = [`sink-writers.tickets.${route}`, `${own}-${made}`];
  await provision(broker.admin, topicSpecs([group], { partitions: 4 }));
  const plan: InDoubtPlan = {
    brokers: kafkaBrokers,
    registryUrl,
    postgresUrl: database.url,
    // The topic is everybody's: this route takes what is ours.
    flows: `flows:\n  tickets:\n    classify: [ { task: category } ]\n    deliver:\n      - { route: ${route}, ${deliver[sink]}, when: "subject = '${eventId}'" }\n`,
    environment: { ...street.environment, SLACK_BASE_URL: doors.slack.url, HTTP_BASE_URL: doors.http.url },
    printerUrl: doors.printer.url,
  };
  const stopped = doors[sink].stopNext(where);
  const first = start(plan);
  await around.publish(eventId, own, aTicket(String(made), { subject: eventId }));
  await stopped;
  const ended = once(first, 'exit');
  first.kill('SIGKILL');
  await ended;
  const { rows } = await around.reader.query(
    'select started_at is not null as started, done_at is not null as done from sink_writers.effects where event_id = $1',
    [eventId],
  );
  expect(rows).toEqual([{ started: true, done: false }]);
  start(plan);
  return { eventId, route, group };
}

function start(plan: InDoubtPlan): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'in-doubt-process.ts'), JSON.stringify(plan)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + 40_000; Date.now() < deadline; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never happened: ${what}`);
}

/** Every row is an applied delivery; there is deliberately no unique key. */
const deliveries = async ({ eventId }: Doubt): Promise<number> => {
  const { rowCount } = await around.reader.query('select 1 from deliveries where event_id = $1', [eventId]);
  return rowCount ?? 0;
};
const delivered = (doubt: Doubt): Promise<number> =>
  until('the delivery is noted', async () => (await deliveries(doubt)) || null);

const deadLetter = ({ group, eventId }: Doubt): Promise<string> =>
  until('it is dead-lettered', async () => {
    const { dlq } = groupTopics(group);
    const offsets = await around.broker.admin.offsets([dlq]);
    const ranges = offsets.map(({ partition, earliest, latest }) => ({
      ...{ topic: dlq, partition, from: earliest, to: latest },
    }));
    for await (const { headers } of around.broker.readRanges(ranges)) {
      if (readIdentity(headers).id === eventId) return readDeadLetter(headers)?.errorCode ?? '';
    }
    return null;
  });

const messagesAt = (vendor: 'slack' | 'http', { eventId }: Doubt): number =>
  around.street[vendor].messages().filter((message) => message.eventId === eventId).length;

describe('a writer that is killed between `started` and `done`', () => {
  it('is followed by one that looks for its mark, finds it, and writes nothing (probe)', async () => {
    const before = doors.slack.writes();
    const doubt = await killedAt('slack', 'after');
    expect(await delivered(doubt)).toBe(1);
    expect([messagesAt('slack', doubt), doors.slack.writes() - before]).toEqual([1, 1]);
  }, 90_000);

  it('is followed by one that looks for its mark, finds none, and writes (probe)', async () => {
    const before = doors.slack.writes();
    const doubt = await killedAt('slack', 'before');
    expect(await delivered(doubt)).toBe(1);
    expect([messagesAt('slack', doubt), doors.slack.writes() - before]).toEqual([1, 2]);
  }, 90_000);

  it.each(['before', 'after'] as const)(
    'is followed by one that writes again where the destination knows the event by its id (repeat, killed %s it)',
    async (where) => {
      const before = doors.http.writes();
      const doubt = await killedAt('http', where);
      expect(await delivered(doubt)).toBe(1);
      expect([messagesAt('http', doubt), doors.http.writes() - before]).toEqual([1, 2]);
    },
    90_000,
  );

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'is followed by one that leaves it to a person where nobody can know (dead-letter, killed %s it)',
    async (where, pages) => {
      const before = doors.printer.writes();
      const doubt = await killedAt('printer', where);
      expect(await deadLetter(doubt)).toBe('X_ROUTE_IN_DOUBT');
      expect([printed.filter((id) => id === doubt.eventId).length, doors.printer.writes() - before]).toEqual([
        pages,
        1,
      ]);
      expect(await deliveries(doubt)).toBe(0);
    },
    90_000,
  );
});
