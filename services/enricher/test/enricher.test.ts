import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@millrace/conformance';
import { aTicketEntity, receivedTicket } from '@millrace/conformance/builders';
import { topics } from '@millrace/contracts';
import type { Flow } from '@millrace/flows';
import { flowsOf } from '@millrace/flows/testing';
import { type BodyStore, CodedError, createInMemoryBroker, readDeadLetter, retry } from '@millrace/messaging';
import { anIssueOf, aWebhook, bareSerde, ticketCreated } from './builders.ts';
import { type Fixture, flows, specs, startEnricher } from './enricher-fixture.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function start(bodies?: Pick<BodyStore, 'get' | 'erase'>): Promise<Fixture> {
  const broker = createInMemoryBroker({ topics: specs });
  opened.push(broker);
  const fatal = (error: Error): never => {
    throw error;
  };
  const fixture = await startEnricher(broker, bareSerde, fatal, bodies);
  opened.push(fixture);
  return fixture;
}

describe('enricher', () => {
  it('turns a webhook into an enriched entity, with one correlation and an audit record for each step', async () => {
    const fixture = await start();
    await fixture.webhook('raw-1', 'zendesk:35436', aWebhook(ticketCreated));
    await fixture.settled();
    const [ticket, ...others] = await fixture.values(topics.ticketsEnriched);
    expect(others).toStrictEqual([]);
    expect(ticket).toMatchObject({
      source: 'zendesk',
      raw: { topic: 'webhooks.received.v1', offset: 0, id: 'raw-1' },
      context: { account: { found: false } },
    });
    expect(
      (await fixture.values(topics.transformationsRecorded)).map(({ stage, outcome }) => [stage, outcome]),
    ).toStrictEqual(
      expect.arrayContaining([
        ['enricher.normalise', 'applied'],
        ['enricher.tickets', 'applied'],
      ]),
    );
  });

  it('makes a required miss a dead letter that the loaded row and a redrive mend', async () => {
    const fixture = await start();
    await fixture.webhook('raw-1', 'github:1', anIssueOf('acme/weir'));
    await fixture.settled();
    const [deadLetter] = await fixture.deadLetters('enricher.issues');
    expect(readDeadLetter(deadLetter?.headers ?? [])).toMatchObject({ errorCode: 'X_ENRICH_LOOKUP_MISSING' });
    expect(await fixture.values(topics.issuesEnriched)).toStrictEqual([]);

    await fixture.row('owners', 'acme/weir', { team: 'weirs' });
    if (deadLetter) await fixture.redrive('enricher.issues', deadLetter);
    await fixture.settled();
    expect(await fixture.values(topics.issuesEnriched)).toMatchObject([
      { context: { owner: { found: true, attributes: { team: 'weirs' } } } },
    ]);
    expect(await fixture.values(topics.opsReplayAck)).toMatchObject([
      { job: 'job-1', group: 'enricher.issues', outcome: 'emitted' },
    ]);
  });

  it('makes a ticket that cannot be normalised a dead letter and goes on', async () => {
    const fixture = await start();
    const broken = aWebhook(ticketCreated, {
      body: Buffer.from('{"type":"zen:event-type:ticket.created"}'),
    });
    await fixture.webhook('raw-1', 'zendesk:1', broken);
    await fixture.webhook('raw-2', 'zendesk:1', aWebhook(ticketCreated));
    await fixture.settled();
    expect(await fixture.deadLetters('enricher.normalise')).toHaveLength(1);
    expect(await fixture.values(topics.ticketsEnriched)).toHaveLength(1);
  });

  it('waits out a body store that is away: no record goes to a tier or the dead letters, all arrive', async () => {
    const stored = aWebhook(ticketCreated).body ?? Buffer.alloc(0);
    let isAway = true;
    const fixture = await start({
      get: () =>
        isAway
          ? Promise.reject(new CodedError('X_LEDGER_UNAVAILABLE', 'away', { disposition: retry(), unavailable: true }))
          : Promise.resolve(stored),
      erase: async () => undefined,
    });
    const sha256 = createHash('sha256').update(stored).digest('hex');
    const bodyRef = { ref: 'one', sha256, bytes: stored.length };
    for (let at = 0; at < 5; at++)
      await fixture.webhook(`raw-${at}`, `zendesk:${at}`, aWebhook(ticketCreated, { body: null, bodyRef }));
    const state = () =>
      fixture.enricher
        .runs()
        .find(({ group }) => group === 'enricher.normalise')
        ?.state();
    await eventually(() => state()?.state === 'open');
    expect(state()?.code).toBe('X_LEDGER_UNAVAILABLE');
    isAway = false;
    await eventually(async () => (await fixture.values(topics.ticketsEnriched)).length === 5);
    await eventually(() => state()?.state === 'running');
    expect(await fixture.retried('enricher.normalise')).toEqual([]);
    expect(await fixture.deadLetters('enricher.normalise')).toEqual([]);
  });

  it('makes no second identity of a webhook that is delivered twice', async () => {
    const fixture = await start();
    for (let time = 0; time < 2; time++) await fixture.webhook('raw-1', 'zendesk:35436', aWebhook(ticketCreated));
    await fixture.settled();
    const outputs = (await fixture.values(topics.transformationsRecorded))
      .filter(({ stage }) => stage === 'enricher.tickets')
      .map(({ outputId }) => outputId);
    expect(outputs).toHaveLength(2);
    expect(new Set(outputs).size).toBe(1);
  });

  it('looks up by the expression of other flows from then on, and must be started anew for a table that it did not read', async () => {
    const fixture = await start();
    const anew = (by: string, table = 'accounts') => {
      const tickets = flows.flows['tickets'] as Flow;
      const enrich = [{ table, by, as: 'account', required: true }];
      return flowsOf([{ ...tickets, enrich }, flows.flows['issues'] as Flow], flows.sources);
    };
    await fixture.row('accounts', 'by-its-subject', { tier: 'gold' });
    expect(await fixture.enricher.reload(anew('subject'), flows)).toEqual([]);
    await fixture.businessEvent(
      'reloaded',
      { ...receivedTicket, sequence: null, entity: aTicketEntity({ subject: 'by-its-subject' }) },
      Date.now(),
    );
    await fixture.settled();
    expect((await fixture.values(topics.ticketsEnriched)).at(-1)?.context['account']).toMatchObject({ found: true });
    expect(await fixture.enricher.reload(anew('subject', 'unread'), flows)).toEqual([
      'reference table unread is read from its start on',
    ]);
  });

  it('says in its checks what is ready', async () => {
    const fixture = await start();
    expect(fixture.enricher.checks.map(({ name, ready }) => [name, ready().ok])).toStrictEqual([
      ['reference-tables', true],
      ['enricher.normalise', true],
      ['enricher.issues', true],
      ['enricher.tickets', true],
      ['enricher since its start', true],
    ]);
    fixture.enricher.runs()[0]?.halt('X_TEST');
    expect(fixture.enricher.checks[1]?.ready()).toStrictEqual({ ok: false, reason: 'halted: X_TEST', isHalted: true });
  });

  it('obeys a halt and a resume that come by ops.control', async () => {
    const fixture = await start();
    const state = () => fixture.enricher.checks[2]?.ready();
    await fixture.control('halt', 'enricher.issues');
    await eventually(() => state()?.ok === false, state);
    await fixture.control('resume', 'enricher.issues');
    await eventually(() => state()?.ok === true, state);
  });
});
