import { describe, expect, it } from '@jest/globals';
import { eventually } from '@millrace/conformance';
import { sinks } from '@millrace/connectors/sinks';
import { CodedError, retry } from '@millrace/messaging';
import { aPrinter } from './a-printer.ts';
import type { System, SystemOptions } from './a-system.ts';
import { aTicket, judged } from './a-ticket.ts';
import { systemsOfFile } from './systems-of-file.ts';

const zendeskRoute = `      - { route: triage, sink: zendesk }`;
const slackRoute = `      - { route: urgent, sink: slack, channel: "#urgent", when: "classification.priority.label = 'urgent'" }`;
const httpRoute =
  '      - { route: notify, sink: http, url: "${HTTP_BASE_URL}/hook", secret: "${HTTP_SIGNING_SECRET}" }';
const postgresRoute = '      - { route: archive, sink: postgres, table: tickets }';

const here = systemsOfFile();

const aSystem = (deliver: string, options: Partial<SystemOptions> = {}): Promise<System> =>
  here.start(deliver, { ...options, environment: { ...here.environment(), ...options.environment } });

const eventsAt = (vendor: 'zendesk' | 'slack' | 'http'): (string | null)[] =>
  here.street[vendor]
    .messages()
    .map(({ eventId }) => eventId)
    .sort();

describe('sink-writers', () => {
  it('delivers a judged ticket to each of its routes, and tells what was written where', async () => {
    const system = await aSystem([zendeskRoute, slackRoute, httpRoute, postgresRoute].join('\n'));
    await system.publish('e1', aTicket('1'));
    await system.settled();
    const told = [...system.completed()].sort((a, b) => a.route.localeCompare(b.route));
    expect(
      told.map(({ route, sink, outcome, eventId, id, attempt }) => [route, sink, outcome, eventId, id, attempt]),
    ).toEqual([
      ['tickets.archive', 'postgres', 'delivered', 'e1', 'zendesk:1', 1],
      ['tickets.notify', 'http', 'delivered', 'e1', 'zendesk:1', 1],
      ['tickets.triage', 'zendesk', 'delivered', 'e1', 'zendesk:1', 1],
      ['tickets.urgent', 'slack', 'delivered', 'e1', 'zendesk:1', 1],
    ]);
    expect(told.map(({ destination }) => destination)).toEqual([
      'postgres public.tickets zendesk:1',
      expect.stringMatching(/^POST 127\.0\.0\.1:\d+ 202$/),
      'zendesk ticket 1',
      expect.stringMatching(/^slack #urgent C\w+ [\d.]+$/),
    ]);
    const { rows } = await here.reader.query('select route, event_id from deliveries');
    expect(rows).toEqual([{ route: 'tickets.archive', event_id: 'e1' }]);
  });

  it('tells why it wrote nothing', async () => {
    const system = await aSystem([zendeskRoute, slackRoute].join('\n'));
    await system.publish('calm', aTicket('1', { judgements: { category: judged('cards'), priority: judged('low') } }));
    await system.settled();
    await system.publish(
      'same',
      aTicket('1', { at: 2, judgements: { category: judged('cards'), priority: judged('low') } }),
    );
    await system.settled();
    await system.publish('stale', aTicket('1', { at: 0, judgements: { category: judged('loans') } }));
    await system.settled();
    expect(system.completed('urgent').map(({ outcome, reason }) => [outcome, reason])).toEqual(
      Array(3).fill(['filtered', 'when']),
    );
    expect(system.completed('triage').map(({ outcome }) => outcome)).toEqual(['delivered', 'unchanged', 'superseded']);
    expect(eventsAt('zendesk')).toEqual(['calm']);
  });

  it('writes an event once at every destination, though it comes three times', async () => {
    const system = await aSystem([zendeskRoute, slackRoute, httpRoute, postgresRoute].join('\n'));
    for (let times = 0; times < 3; times += 1) await system.publish('e1', aTicket('1'));
    await system.settled();
    expect([eventsAt('zendesk'), eventsAt('slack'), eventsAt('http')]).toEqual([['e1'], ['e1'], ['e1']]);
    expect((await here.reader.query('select 1 from deliveries')).rowCount).toBe(1);
    expect(system.completed()).toHaveLength(12);
  });

  it('waits out a destination that is down: nothing is dead-lettered, nobody else notices', async () => {
    const system = await aSystem([zendeskRoute, slackRoute].join('\n'));
    await here.street.steer('zendesk', 'fail', { status: 503 });
    for (let at = 0; at < 20; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
    await eventually(() => system.completed('urgent').length === 20);
    await eventually(() => system.readiness('triage')?.reason === 'open: X_HTTP_SERVER');
    expect(system.completed('triage')).toHaveLength(0);
    await here.street.steer('zendesk', 'heal');
    await system.settled();
    expect(system.completed('triage')).toHaveLength(20);
    expect(new Set(eventsAt('zendesk')).size).toBe(20);
    expect(system.deadLetters('triage')).toEqual([]);
  });

  it('halts the route whose password is refused, says so, and goes on when an operator resumes it', async () => {
    const system = await aSystem([zendeskRoute, slackRoute].join('\n'));
    await here.street.steer('zendesk', 'fail', { status: 401 });
    for (let at = 0; at < 5; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
    await eventually(() => system.readiness('triage')?.reason === 'halted: X_HTTP_UNAUTHORIZED');
    await eventually(() => system.completed('urgent').length === 5);
    expect(system.readiness('urgent')).toEqual({ ok: true });
    await here.street.steer('zendesk', 'heal');
    await system.command('resume', 'triage');
    await system.settled();
    expect(eventsAt('zendesk')).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect([system.deadLetters('triage'), system.retried('triage')]).toEqual([[], 0]);
  });

  it('reads secrets again when it is resumed', async () => {
    const environment = { ...here.environment(), ZENDESK_API_TOKEN: 'old' };
    const system = await here.start(zendeskRoute, { environment });
    await system.publish('e1', aTicket('1'));
    await eventually(
      () => system.readiness('triage')?.ok === false && system.readiness('triage')?.reason !== 'joining its group',
    );
    Object.assign(environment, { ZENDESK_API_TOKEN: 'zt' });
    await system.command('resume', 'triage');
    await system.settled();
    expect(eventsAt('zendesk')).toEqual(['e1']);
  });

  it('halts the one route whose secret is missing', async () => {
    const environment = here.environment();
    delete environment['SLACK_BOT_TOKEN'];
    const system = await here.start([slackRoute, postgresRoute].join('\n'), { environment });
    await system.publish('e1', aTicket('1'));
    await eventually(() => system.readiness('urgent')?.reason === 'halted: X_ROUTE_CONFIG');
    await eventually(() => system.completed('archive').length === 1);
  });

  it('keeps to the pace a destination asks for, and counts no try for it', async () => {
    const system = await aSystem(zendeskRoute);
    await here.street.steer('zendesk', 'rate-limit', { retryAfterSeconds: 1, times: 4 });
    for (let at = 0; at < 10; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
    await system.settled();
    expect(system.completed('triage').map(({ attempt }) => attempt)).toEqual(Array(10).fill(1));
    expect([system.deadLetters('triage'), system.retried('triage')]).toEqual([[], 0]);
    expect(eventsAt('zendesk')).toHaveLength(10);
  });

  it('leaves a pause longer than its patience to the breaker', async () => {
    const system = await aSystem(zendeskRoute, { settings: { rateLimitPatienceMs: 300 } });
    await here.street.steer('zendesk', 'rate-limit', { retryAfterSeconds: 1, times: 1 });
    for (let at = 0; at < 5; at += 1) await system.publish(`e${at}`, aTicket(String(at + 1)));
    await eventually(() => system.readiness('triage')?.reason === 'open: X_ROUTE_PAUSED');
    await system.settled();
    expect(eventsAt('zendesk')).toHaveLength(5);
    expect(system.deadLetters('triage')).toEqual([]);
  });

  it('dead-letters what another shape of answer makes impossible, and delivers it when redriven', async () => {
    const system = await aSystem(zendeskRoute);
    await here.street.steer('zendesk', 'schema-change');
    await system.publish('e1', aTicket('1'));
    await system.settled();
    expect(system.deadLetters('triage').map(({ code }) => code)).toEqual(['X_SINK_SHAPE']);
    await here.street.steer('zendesk', 'heal');
    await system.redrive('triage');
    await eventually(() => system.completed('triage').length === 1);
    expect(eventsAt('zendesk')).toEqual(['e1']);
  });

  it('keeps a key in order through a dead letter where the route asks for it, and other keys go on', async () => {
    const system = await aSystem(
      httpRoute.replace('route: notify,', 'route: notify, order: key, onFailure: hold-key,'),
    );
    await here.street.steer('http', 'fail', { status: 422 });
    await system.publish('e1', aTicket('1'));
    await system.settled();
    await here.street.steer('http', 'heal');
    for (const [event, ticket] of [
      ['e2', '1'],
      ['e3', '1'],
      ['e4', '2'],
    ] as const)
      await system.publish(event, aTicket(ticket));
    await system.settled();
    expect(system.deadLetters('notify').map(({ code }) => code)).toEqual([
      expect.not.stringContaining('HELD'),
      'X_KEY_HELD',
      'X_KEY_HELD',
    ]);
    expect(here.street.http.messages().map(({ eventId }) => eventId)).toEqual(['e4']);
    await system.redrive('notify');
    await system.settled();
    expect(here.street.http.messages().map(({ eventId }) => eventId)).toEqual(['e4', 'e1', 'e2', 'e3']);
  });

  it('gives up on a write that takes too long, tries again, and does not double it', async () => {
    const system = await aSystem([slackRoute, postgresRoute].join('\n'), { settings: { writeTimeoutMs: 150 } });
    await here.street.steer('slack', 'slow', { ms: 400 });
    await system.publish('e1', aTicket('1'));
    await eventually(() => system.completed('archive').length === 1);
    await eventually(() => system.retried('urgent') > 0);
    await here.street.steer('slack', 'heal');
    await system.settled();
    expect(eventsAt('slack')).toEqual(['e1']);
    expect(system.completed('urgent')).toHaveLength(1);
  });

  it('does not double a message whose answer was lost', async () => {
    const system = await aSystem([slackRoute, httpRoute].join('\n'));
    await here.street.steer('slack', 'lose-answer', { times: 1 });
    await here.street.steer('http', 'lose-answer', { times: 1 });
    await system.publish('e1', aTicket('1'));
    await system.settled();
    expect([eventsAt('slack'), eventsAt('http')]).toEqual([['e1'], ['e1']]);
    expect(system.completed('urgent').map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['delivered', 'found-at-destination'],
    ]);
  });

  it('dead-letters a record whose map fails, and only that one', async () => {
    const system = await aSystem(
      `${httpRoute.slice(0, -1)}, map: "{ 'length': $length(subject), 'half': $sqrt($length(subject) - 6) }" }`,
    );
    await system.publish('bad', aTicket('1', { subject: 'short' }));
    await system.publish('good', aTicket('2', { subject: 'long enough' }));
    await system.settled();
    expect(system.deadLetters('notify').map(({ code }) => code)).toEqual(['X_ROUTE_EXPRESSION']);
    expect(eventsAt('http')).toEqual(['good']);
  });
});

describe('a process that was killed between effect and note', () => {
  const begun = (route: string, event: string): Promise<unknown> =>
    here.ledger.effects.begin(`tickets.${route}`, event);

  it('finds the message that its predecessor posted, and posts none', async () => {
    const first = await aSystem(slackRoute);
    await first.publish('e1', aTicket('1'));
    await first.settled();
    // As if the note after the effect had never been written.
    await here.reader.query('update sink_writers.effects set done_at = null');
    const second = await aSystem(slackRoute);
    await second.publish('e1', aTicket('1'));
    await second.settled();
    expect(eventsAt('slack')).toEqual(['e1']);
    expect(second.completed('urgent')).toMatchObject([{ outcome: 'delivered', reason: 'found-at-destination' }]);
    expect(await second.metrics.registry.metrics()).toContain(
      'millrace_sink_in_doubt_total{route="tickets.urgent",resolution="found"} 1',
    );
  });

  it.each([
    ['slack', slackRoute, 'urgent'],
    ['zendesk', zendeskRoute, 'triage'],
    ['http', httpRoute, 'notify'],
  ] as const)('writes to %s what its predecessor did not get to', async (vendor, deliver, route) => {
    await begun(route, 'e1');
    const system = await aSystem(deliver);
    await system.publish('e1', aTicket('1'));
    await system.settled();
    expect(eventsAt(vendor)).toEqual(['e1']);
    expect(system.deadLetters(route)).toEqual([]);
  });

  it('repeats where the destination knows the event by its id', async () => {
    const first = await aSystem(httpRoute);
    await first.publish('e1', aTicket('1'));
    await first.settled();
    await here.reader.query('update sink_writers.effects set done_at = null');
    const second = await aSystem(httpRoute);
    await second.publish('e1', aTicket('1'));
    await second.settled();
    expect(eventsAt('http')).toEqual(['e1']);
    expect(second.completed('notify')).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('leaves to a person what nobody can know, and writes when that person redrives it', async () => {
    const written: string[] = [];
    let fails = 1;
    const printer = aPrinter(async (eventId) => {
      if (fails-- > 0)
        throw new CodedError('X_TEST_JAMMED', 'paper jam, perhaps after printing', { disposition: retry() });
      written.push(eventId);
    });
    const system = await aSystem('      - { route: print, sink: printer }', { sinks: { ...sinks, printer } });
    await system.publish('e1', aTicket('1'));
    await system.settled();
    expect(system.deadLetters('print').map(({ code }) => code)).toEqual(['X_ROUTE_IN_DOUBT']);
    expect(written).toEqual([]);
    await system.redrive('print');
    await eventually(() => written.length === 1);
    await system.settled();
    expect(system.completed('print')).toMatchObject([{ outcome: 'delivered', destination: 'tray' }]);
  });

  it('cannot part claim and row in Postgres', async () => {
    const first = await aSystem(postgresRoute);
    await first.publish('e1', aTicket('1'));
    await first.settled();
    const second = await aSystem(postgresRoute);
    await second.publish('e1', aTicket('1'));
    await second.settled();
    expect((await here.reader.query('select 1 from deliveries')).rowCount).toBe(1);
    expect(second.completed('archive')).toMatchObject([{ outcome: 'delivered' }]);
  });
});
