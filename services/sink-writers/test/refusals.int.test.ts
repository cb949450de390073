import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@millrace/conformance';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectLedger, type Ledger } from '@millrace/ledger';
import { createLogger } from '@millrace/service';
import { aVendorStreet, type System, type SystemOptions, startSystem, type VendorStreet } from './a-system.ts';
import { aTicket, judged } from './a-ticket.ts';

const zendeskRoute = `      - { route: triage, sink: zendesk }`;
const slackRoute = `      - { route: urgent, sink: slack, channel: "#urgent" }`;
const httpRoute =
  '      - { route: notify, sink: http, url: "${HTTP_BASE_URL}/hook", secret: "${HTTP_SIGNING_SECRET}" }';

let database: TestDatabase;
let ledger: Ledger;
let street: VendorStreet;
const systems: System[] = [];

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

let tests = 0;

beforeEach(async () => {
  street = await aVendorStreet();
  tests += 1;
  // Of its own: an earlier test's newest event of a key would make this one's too old.
  const logger = createLogger({ service: 'test', level: 'silent' });
  ledger = connectLedger({ url: database.url, schema: `sink_writers_${tests}`, now: Date.now, logger });
  await ledger.open();
});

afterEach(async () => {
  await Promise.all(systems.splice(0).map((system) => system.close()));
  await ledger.close();
  await street.close();
});

let started = 0;

/** Its events are its own: the ledger knows those of earlier ones. */
async function aSystem(deliver: string, options: Partial<SystemOptions> = {}): Promise<System> {
  started += 1;
  const system = await startSystem({ deliver, ledger, environment: street.environment, ...options });
  systems.push(system);
  const prefix = `s${started} `;
  return { ...system, publish: (event, ticket) => system.publish(`${prefix}${event}`, ticket) };
}

const eventsAt = (vendor: 'zendesk' | 'slack' | 'http'): string[] =>
  street[vendor]
    .messages()
    .flatMap(({ eventId }) => (eventId === null ? [] : [eventId.replace(/^s\d+ /, '')]))
    .sort();

describe('what a destination refuses', () => {
  it.each([
    ['http', httpRoute, 'notify', 404, 'X_HTTP_NOT_FOUND'],
    ['http', httpRoute, 'notify', 422, 'X_HTTP_REJECTED'],
    ['zendesk', zendeskRoute, 'triage', 404, 'X_HTTP_NOT_FOUND'],
    ['zendesk', zendeskRoute, 'triage', 403, 'X_HTTP_FORBIDDEN'],
    ['slack', slackRoute, 'urgent', 410, 'X_HTTP_NOT_FOUND'],
  ] as const)(
    'waits out %s when it refuses everybody, and delivers all of it by itself (%#)',
    async (vendor, deliver, route, status, code) => {
      const system = await aSystem(deliver);
      await street.steer(vendor, 'fail', { status, times: 1_000 });
      for (let at = 0; at < 20; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
      await eventually(() => system.readiness(route)?.reason === `open: ${code}`);
      expect([system.completed(route), system.deadLetters(route)]).toEqual([[], []]);
      await street.steer(vendor, 'heal');
      await system.settled();
      expect(new Set(eventsAt(vendor)).size).toBe(20);
      expect([system.deadLetters(route), system.retried(route), system.readiness(route)]).toEqual([
        [],
        0,
        { ok: true },
      ]);
    },
  );

  it('waits for a channel that is missing for everybody, and posts all of it once it is there', async () => {
    const system = await aSystem('      - { route: urgent, sink: slack, channel: "#missing" }');
    for (let at = 0; at < 12; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
    await eventually(() => system.readiness('urgent')?.reason === 'open: X_SLACK_CHANNEL');
    await street.steer('slack', 'heal');
    await system.settled();
    expect([new Set(eventsAt('slack')).size, system.deadLetters('urgent')]).toEqual([12, []]);
    expect(system.readiness('urgent')).toEqual({ ok: true });
  });

  it('lets only the ticket wait that Zendesk limits: its updates follow in order, all others go on', async () => {
    const system = await aSystem(zendeskRoute);
    await street.steer('zendesk', 'rate-limit', { retryAfterSeconds: 600, times: 1 });
    await system.publish('limited', aTicket('1', { at: 1 }));
    await eventually(async () => {
      await system.metrics.registry.metrics();
      return (await system.metrics.registry.metrics()).includes(
        'millrace_pipeline_delayed_keys{group="sink-writers.tickets.triage"} 1',
      );
    });
    await system.publish('later', aTicket('1', { at: 2, judgements: { category: judged('loans') } }));
    for (let at = 0; at < 5; at += 1) await system.publish(`other${at}`, aTicket(String(at + 2)));
    await eventually(() => system.completed('triage').length === 5);
    expect(eventsAt('zendesk')).toEqual(['other0', 'other1', 'other2', 'other3', 'other4']);
    expect(system.readiness('triage')).toEqual({ ok: true });
    expect([system.deadLetters('triage'), system.retried('triage')]).toEqual([[], 0]);
  });

  it('ends a loop over one object with a dead letter, and goes on with the object and the route', async () => {
    const system = await aSystem(zendeskRoute, { settings: { mostWritesPerKey: 2 } });
    const changedAt = (): number => {
      const detail = street.zendesk.messages().at(-1)?.detail ?? {};
      return Date.parse((detail as { readonly ticket: { readonly updated_at: string } }).ticket.updated_at);
    };
    const publish = async (at: number, updatedAt?: number): Promise<void> => {
      const judgements = { category: judged(`round ${at}`) };
      await system.publish(
        `e${at}`,
        aTicket('1', { at, judgements, ...(updatedAt === undefined ? {} : { updatedAt }) }),
      );
      await system.settled();
    };
    await publish(1);
    for (let at = 2; at <= 4; at += 1) await publish(at, changedAt());
    expect(system.deadLetters('triage').map(({ code }) => code)).toEqual(['X_ROUTE_LOOP']);
    await publish(5);
    expect(eventsAt('zendesk')).toEqual(['e1', 'e2', 'e3', 'e5']);
    expect(system.readiness('triage')).toEqual({ ok: true });
    expect(await system.metrics.registry.metrics()).toContain(
      'millrace_sink_self_caused_updates_total{route="tickets.triage"} 2',
    );
  });

  it('takes many updates of one object for work, where people and not our writes bring them about', async () => {
    const system = await aSystem(zendeskRoute, { settings: { mostWritesPerKey: 3 } });
    for (let at = 1; at <= 12; at += 1)
      await system.publish(`e${at}`, aTicket('1', { at, judgements: { category: judged(`round ${at}`) } }));
    await system.settled();
    expect(street.zendesk.messages()).toHaveLength(12);
    expect([system.deadLetters('triage'), system.readiness('triage')]).toEqual([[], { ok: true }]);
  });

  it('finishes what a closed ticket takes no more, and says why', async () => {
    const system = await aSystem(zendeskRoute);
    await fetch(`${street.environment['ZENDESK_BASE_URL']}/api/v2/tickets/91010.json`, {
      method: 'PUT',
      headers: { authorization: 'Bearer zt', 'content-type': 'application/json' },
      body: JSON.stringify({ ticket: { status: 'closed' } }),
    });
    await system.publish('e1', aTicket('91010'));
    await system.settled();
    expect(system.completed('triage')).toMatchObject([
      { outcome: 'filtered', reason: 'closed', destination: 'zendesk ticket 91010' },
    ]);
    expect([system.deadLetters('triage'), system.retried('triage')]).toEqual([[], 0]);
  });
});
