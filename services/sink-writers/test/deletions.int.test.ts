import { describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { type DeletionKind, entities, type TicketClassified, withoutContent } from '@millrace/contracts';
import type { System } from './a-system.ts';
import { aTicket } from './a-ticket.ts';
import { sinkSettings, systemsOfFile } from './systems-of-file.ts';

const here = systemsOfFile();

/** A condition that nothing deleted meets, and a map that would fail on it. */
function aSystem(sink: string): Promise<System> {
  const route = ['route: out', `sink: ${sink}`, sinkSettings[sink], `when: "classification.priority.label = 'urgent'"`];
  return here.start(`      - { ${route.filter(Boolean).join(', ')} }`);
}

const ana = (at: number): TicketClassified => aTicket('1', { at, subject: 'Ana Example wants her card' });
function gone(at: number, kind: DeletionKind): TicketClassified {
  const ticket = aTicket('1', { at, subject: 'Ana Example wants her card', judgements: {} });
  const entity = kind === 'permanent' ? withoutContent(entities.tickets, ticket.entity) : ticket.entity;
  return { ...ticket, entity, deletion: { kind, at: 5, reason: 'deleted' } };
}
const outcomes = (system: System) =>
  system.completed('out').map(({ eventId, outcome, reason }) => [eventId, outcome, reason]);

/** Everything that the destination still has. */
async function leftAt(sink: string): Promise<string> {
  if (sink !== 'postgres') return JSON.stringify(here.street[sink as 'zendesk' | 'slack' | 'http'].messages());
  const { rows } = await here.reader.query<{ text: string }>('select tickets::text as text from tickets');
  return JSON.stringify(rows);
}

describe('that a ticket is gone for good', () => {
  it('is tried with every sink there is', () => {
    expect(Object.keys(sinkSettings).toSorted()).toEqual(Object.keys(sinks).toSorted());
  });

  it.each([
    ['postgres', 'delivered', null],
    ['slack', 'delivered', null],
    ['http', 'delivered', null],
    ['zendesk', 'filtered', 'deleted'],
  ])('reaches a route that delivered it, whatever its condition says: %s', async (sink, outcome, reason) => {
    const system = await aSystem(sink);
    await system.publish('first', ana(1));
    await system.settled();
    await system.publish('gone', gone(3, 'permanent'));
    await system.settled();
    expect(outcomes(system)).toEqual([
      ['first', 'delivered', null],
      ['gone', outcome, reason],
    ]);
    if (sink === 'slack' || sink === 'postgres') expect(await leftAt(sink)).not.toContain('Ana');
  });

  it.each(Object.keys(sinkSettings))('keeps out what is older and comes late: %s', async (sink) => {
    const system = await aSystem(sink);
    await system.publish('gone', gone(3, 'permanent'));
    await system.settled();
    await system.publish('late', ana(2));
    await system.settled();
    expect(outcomes(system).at(-1)?.slice(0, 2)).toEqual(['late', 'superseded']);
    expect(await leftAt(sink)).not.toContain('Ana');
  });

  it('takes back every message that the route posted of it, and those of no other ticket', async () => {
    const system = await aSystem('slack');
    await system.publish('one', ana(1));
    await system.publish('two', ana(2));
    await system.publish('of another', aTicket('2', { at: 1, subject: 'Bea Example has a question' }));
    await system.settled();
    expect(here.street.slack.messages()).toHaveLength(3);
    await system.publish('gone', gone(3, 'permanent'));
    await system.settled();
    expect(here.street.slack.messages().map(({ eventId }) => eventId)).toEqual(['of another']);
    // Told again, it finds nothing left to take back.
    await system.publish('gone', gone(3, 'permanent'));
    await system.settled();
    expect(here.street.slack.messages()).toHaveLength(1);
  });

  it('is a row without content, that a newer event fills again', async () => {
    const system = await aSystem('postgres');
    await system.publish('first', ana(1));
    await system.publish('gone', gone(3, 'permanent'));
    await system.settled();
    const row = async () => (await here.reader.query('select * from tickets')).rows;
    expect(await row()).toMatchObject([
      {
        ...{ id: 'zendesk:1', deletion: 'permanent', deleted_at: new Date(5), event_id: 'gone' },
        ...{ vendor_id: null, subject: null, description: null, tags: null, context: null, judgements: null },
      },
    ]);
    await system.publish('again', ana(4));
    await system.settled();
    expect(await row()).toMatchObject([{ deletion: null, deleted_at: null, subject: 'Ana Example wants her card' }]);
  });
});

describe('that a ticket is gone and may be restored', () => {
  it.each([
    ['postgres', 'delivered', null],
    ['http', 'delivered', null],
    ['slack', 'filtered', 'deleted'],
    ['zendesk', 'filtered', 'deleted'],
  ])('is done by each sink as it declares: %s', async (sink, outcome, reason) => {
    const system = await aSystem(sink);
    await system.publish('first', ana(1));
    await system.publish('gone', gone(3, 'soft'));
    await system.settled();
    expect(outcomes(system).at(-1)).toEqual(['gone', outcome, reason]);
    if (sink === 'postgres') expect(await leftAt(sink)).toContain('Ana');
  });
});
