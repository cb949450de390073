import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@millrace/conformance';
import { type AnySink, defineSink, type Sink } from '@millrace/connectors/kit/sink';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectLedger, type Ledger } from '@millrace/ledger';
import { CodedError, deadLetter } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import pg from 'pg';
import { z } from 'zod';
import { type System, startSystem } from './a-system.ts';
import { aTicket } from './a-ticket.ts';

type WriteBatch = NonNullable<Sink['writeBatch']>;

/** Takes many at once, and nobody can ask it what it carried: a doubt is for a person. */
const aCarrier = (writeBatch: WriteBatch, over: Partial<AnySink> = {}): AnySink => ({
  ...defineSink({
    name: 'carrier',
    summary: 'Carries many at once; nobody can ask it what it carried.',
    config: z.strictObject({}),
    inDoubt: 'dead-letter',
    deletions: { soft: 'nothing', permanent: 'nothing' },
    entities: 'any',
    rate: null,
    concurrency: 20,
    batch: { maxItems: 5, maxWaitMs: 0 },
    echoes: false,
    rehearse: () => ({ assumes: null }),
    open: () => ({
      write: async () => {
        throw new TypeError('it was given one alone');
      },
      writeBatch,
      close: async () => undefined,
    }),
  }),
  ...over,
});

const delivered = { outcome: 'delivered', destination: 'van' } as const;
const route = '      - { route: van, sink: carrier }';

let database: TestDatabase;
let ledger: Ledger;
let reader: pg.Pool;
const systems: System[] = [];

beforeAll(async () => {
  database = await testDatabase();
  reader = new pg.Pool({ connectionString: database.url, max: 1 });
  reader.on('error', () => undefined);
  const logger = createLogger({ service: 'test', level: 'silent' });
  ledger = connectLedger({ url: database.url, schema: 'sink_writers', now: Date.now, logger });
  await ledger.open();
});

afterAll(async () => {
  await ledger.close();
  await reader.end();
  await database.drop();
});

beforeEach(async () => {
  await reader.query('truncate sink_writers.effects, sink_writers.settled_keys');
});

afterEach(async () => {
  await Promise.all(systems.splice(0).map((system) => system.close()));
});

async function aSystem(carrier: AnySink, settings: { readonly writeTimeoutMs?: number } = {}): Promise<System> {
  const system = await startSystem({ deliver: route, ledger, sinks: { carrier }, environment: {}, settings });
  systems.push(system);
  return system;
}

const publishAll = async (system: System, count: number): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, (_, at) => `e${at}`);
  await Promise.all(ids.map((id, at) => system.publish(id, aTicket(String(at)))));
  return ids;
};
const told = (system: System): readonly string[] =>
  system
    .completed()
    .filter(({ outcome }) => outcome === 'delivered')
    .map(({ eventId }) => eventId)
    .toSorted();

describe('a route that writes batches', () => {
  it('gives its sink many at once, never one key twice, and notes each', async () => {
    const batches: string[][] = [];
    const system = await aSystem(
      aCarrier(async (deliveries) => {
        batches.push(deliveries.map(({ key }) => key));
        return deliveries.map(() => delivered);
      }),
    );
    const ids = await publishAll(system, 30);
    await Promise.all([1, 2, 3].map((at) => system.publish(`again ${at}`, aTicket('7', { at: at + 1 }))));
    await system.settled();
    expect(told(system)).toEqual([...ids, 'again 1', 'again 2', 'again 3'].toSorted());
    for (const keys of batches) expect(new Set(keys).size).toBe(keys.length);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(5);
  });

  it('lets the refusal of one in a batch be that one`s alone', async () => {
    const refusal = new CodedError('X_TEST_REFUSED', 'refused', { disposition: deadLetter, step: 'effect' });
    const system = await aSystem(
      aCarrier(async (deliveries) => deliveries.map(({ eventId }) => (eventId === 'e3' ? refusal : delivered))),
    );
    const ids = await publishAll(system, 8);
    await system.settled();
    expect(told(system)).toEqual(ids.filter((id) => id !== 'e3'));
    expect(system.deadLetters('van').map(({ code }) => code)).toEqual(['X_TEST_REFUSED']);
  });

  it('leaves in doubt only what was on its way when its process ended, and asks nobody about the others', async () => {
    // What a process leaves that was killed between the effect of this one and the note of it.
    await ledger.effects.begin('tickets.van', 'e1', null);
    const system = await aSystem(aCarrier(async (deliveries) => deliveries.map(() => delivered)));
    const ids = await publishAll(system, 5);
    await system.settled();
    expect(told(system)).toEqual(ids.filter((id) => id !== 'e1'));
    expect(system.deadLetters('van').map(({ code }) => code)).toEqual(['X_ROUTE_IN_DOUBT']);
  });

  it('does not doubt what waited for its batch until its time was up: it was never sent', async () => {
    let calls = 0;
    const sent: string[] = [];
    const system = await aSystem(
      aCarrier(
        async (deliveries, signal) => {
          calls += 1;
          sent.push(...deliveries.map(({ eventId }) => eventId));
          // The first has no answer; its batch is given up, and may have had its effect.
          if (calls === 1)
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          return deliveries.map(() => delivered);
        },
        { batch: { maxItems: 1, maxWaitMs: 0 } },
      ),
      { writeTimeoutMs: 300 },
    );
    const ids = await publishAll(system, 6);
    await eventually(() => system.deadLetters('van').length > 0 && told(system).length === 5);
    await system.settled();
    const [doubted] = sent;
    expect(told(system)).toEqual(ids.filter((id) => id !== doubted));
    expect(system.deadLetters('van').map(({ code }) => code)).toEqual(['X_ROUTE_IN_DOUBT']);
    expect(new Set(sent).size).toBe(sent.length);
  });
});
