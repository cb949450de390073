import { describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { aPrinter } from './a-printer.ts';
import type { System, SystemOptions } from './a-system.ts';
import { aTicket, judged } from './a-ticket.ts';
import { sinkSettings, systemsOfFile } from './systems-of-file.ts';

const here = systemsOfFile();

const aSystem = (deliver: string, options: Partial<SystemOptions> = {}): Promise<System> =>
  here.start(deliver, options);

const routeTo = (sink: string, more = ''): string =>
  `      - { ${[`route: out, sink: ${sink}`, sinkSettings[sink], more].filter(Boolean).join(', ')} }`;
const onlyUrgent = `when: "classification.priority.label = 'urgent'"`;
const ticket = (at: number, category: string, priority = 'urgent') =>
  aTicket('1', { at, judgements: { category: judged(category), priority: judged(priority) } });
const outcomes = (system: System) =>
  system.completed('out').map(({ eventId, outcome, reason }) => [eventId, outcome, reason]);

/** Events that had an effect at the destination, in order. */
async function appliedAt(sink: string): Promise<(string | null)[]> {
  if (sink === 'postgres') {
    const { rows } = await here.reader.query<{ event_id: string }>('select event_id from deliveries order by at');
    return rows.map(({ event_id }) => event_id);
  }
  return here.street[sink as 'zendesk' | 'slack' | 'http'].messages().map(({ eventId }) => eventId);
}

describe('an older event that comes after a newer one of its key', () => {
  it('is tried with every sink there is', () => {
    expect(Object.keys(sinkSettings).toSorted()).toEqual(Object.keys(sinks).toSorted());
  });

  it.each(Object.keys(sinkSettings))('is superseded at %s when the newer one was delivered', async (sink) => {
    const system = await aSystem(routeTo(sink));
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(outcomes(system)).toEqual([
      ['newer', 'delivered', null],
      ['older', 'superseded', 'newer-settled'],
    ]);
    expect(await appliedAt(sink)).toEqual(['newer']);
  });

  it.each(Object.keys(sinkSettings))('is superseded at %s when the route left the newer one out', async (sink) => {
    const system = await aSystem(routeTo(sink, onlyUrgent));
    await system.publish('first', ticket(1, 'cards'));
    await system.publish('newer', ticket(3, 'cards', 'low'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(outcomes(system)).toEqual([
      ['first', 'delivered', null],
      ['newer', 'filtered', 'when'],
      ['older', 'superseded', 'newer-settled'],
    ]);
    expect(await appliedAt(sink)).toEqual(['first']);
  });

  it('is superseded when the newer one changed nothing, coming back from the dead letters', async () => {
    const system = await aSystem(routeTo('zendesk'));
    await system.publish('first', ticket(1, 'cards'));
    await system.settled();
    await here.street.steer('zendesk', 'fail', { status: 422 });
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(system.deadLetters('out')).toHaveLength(1);
    await here.street.steer('zendesk', 'heal');
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.redrive('out');
    await system.settled();
    expect(outcomes(system)).toEqual([
      ['first', 'delivered', null],
      ['newer', 'unchanged', null],
      ['older', 'superseded', 'newer-settled'],
    ]);
    expect(await appliedAt('zendesk')).toEqual(['first']);
  });

  it('does not bring back a row that was deleted since', async () => {
    const system = await aSystem(routeTo('postgres'));
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await here.reader.query('delete from tickets');
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(outcomes(system).at(-1)).toEqual(['older', 'superseded', 'newer-settled']);
    expect((await here.reader.query('select 1 from tickets')).rowCount).toBe(0);
    await system.publish('newest', ticket(4, 'loans'));
    await system.settled();
    expect((await here.reader.query<{ event_id: string }>('select event_id from tickets')).rows).toEqual([
      { event_id: 'newest' },
    ]);
  });

  it('is superseded again in a process that was not there when the newer one was settled', async () => {
    const first = await aSystem(routeTo('http', onlyUrgent));
    await first.publish('newer', ticket(3, 'cards', 'low'));
    await first.settled();
    const second = await aSystem(routeTo('http', onlyUrgent));
    await second.publish('older', ticket(2, 'cards'));
    await second.settled();
    expect(outcomes(second)).toEqual([['older', 'superseded', 'newer-settled']]);
  });

  it('is written when the newer one is a dead letter, which then comes over it', async () => {
    const system = await aSystem(routeTo('http'));
    await here.street.steer('http', 'fail', { status: 422 });
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await here.street.steer('http', 'heal');
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    await system.redrive('out');
    await system.settled();
    expect(await appliedAt('http')).toEqual(['older', 'newer']);
  });

  it('is written where the route says that no order matters', async () => {
    const system = await aSystem(routeTo('http', 'order: none'));
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(await appliedAt('http')).toEqual(['newer', 'older']);
  });

  it('of another key is none of its business', async () => {
    const system = await aSystem(routeTo('http'));
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('other', aTicket('2', { at: 1 }));
    await system.settled();
    expect(await appliedAt('http')).toEqual(['newer', 'other']);
  });
});

describe('an older event whose first try was cut off', () => {
  const cutOff = (sink: string) =>
    here.ledger.effects.begin(`tickets.${sink === 'printer' ? 'print' : 'out'}`, 'older');

  it.each(['zendesk', 'slack', 'http'])('is not written to %s again after a newer one', async (sink) => {
    const system = await aSystem(routeTo(sink));
    await cutOff(sink);
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(outcomes(system)).toMatchObject([
      ['newer', 'delivered', null],
      ['older', 'superseded', 'newer-settled'],
    ]);
    expect(await appliedAt(sink)).toEqual(['newer']);
  });

  it('is found where it was written all the same', async () => {
    const system = await aSystem(routeTo('slack'));
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    // As if the process had been killed before it could note that.
    await here.reader.query('update sink_writers.effects set done_at = null');
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(outcomes(system).at(-1)).toEqual(['older', 'delivered', 'found-at-destination']);
    expect(await appliedAt('slack')).toEqual(['older', 'newer']);
  });

  it('needs no person to decide where nobody can know', async () => {
    const printed: string[] = [];
    const printer = aPrinter(async (eventId) => void printed.push(eventId));
    const system = await aSystem('      - { route: print, sink: printer }', { sinks: { ...sinks, printer } });
    await cutOff('printer');
    await system.publish('newer', ticket(3, 'cards'));
    await system.settled();
    await system.publish('older', ticket(2, 'loans'));
    await system.settled();
    expect(system.completed('print').map(({ outcome }) => outcome)).toEqual(['delivered', 'superseded']);
    expect([printed, system.deadLetters('print')]).toEqual([['newer'], []]);
  });
});
