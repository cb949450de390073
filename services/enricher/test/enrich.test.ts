import { afterAll, describe, expect, it } from '@jest/globals';
import { type TicketEnriched, type TransformationRecorded, topics } from '@millrace/contracts';
import { createExpressions, type Flow, type Lookup } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import type { Handled } from '@millrace/messaging';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { enrich, enrichPipeline } from '../src/enrich.ts';
import type { Row } from '../src/lookup-plan.ts';
import { anEnvelope, anIssue, aTicket, never, rejectionOf } from './builders.ts';

const expressions = createExpressions();
afterAll(() => expressions.close());

const accounts: Lookup = { table: 'accounts', by: 'requester.emailDomain', as: 'account', required: false };
const owners: Lookup = { table: 'owners', by: 'repository', as: 'owner', required: true };
const northwind = { name: 'Northwind', tier: 'enterprise' };

/** Rows at once, and rows that are there only after a refresh. */
const tablesOf = (rows: Readonly<Record<string, Row>>, later: Readonly<Record<string, Row>> = {}) => {
  let known = rows;
  let refreshes = 0;
  return {
    find: (table: string, key: string) => known[`${table}/${key}`] ?? null,
    refresh: async () => {
      refreshes += 1;
      known = { ...known, ...later };
    },
    refreshes: () => refreshes,
  };
};
const flowOf = (entity: Flow['entity'], ...lookups: Lookup[]): Flow => aFlow(entity, { enrich: lookups });
const run = async (flow: Flow, tables: ReturnType<typeof tablesOf>, data: unknown, over = {}): Promise<Handled> =>
  enrich({ flow, tables, expressions, now: () => 9 })(anEnvelope(data as never, over), never);

describe('the stage of a flow that keeps its order', () => {
  it('keeps it', () => {
    const flow: Flow = { ...flowOf('tickets'), order: 'key', onFailure: 'hold-key' };
    const stage = enrichPipeline({ flow, tables: tablesOf({}), expressions, now: () => 9 });
    expect([stage.order, stage.onFailure]).toEqual(['key', 'hold-key']);
  });
});

describe('enrich', () => {
  it('adds what the table says under its alias', async () => {
    const { outputs, outcome } = await run(
      flowOf('tickets', accounts),
      tablesOf({ 'accounts/northwind.example': northwind }),
      aTicket(),
    );
    expect(outcome.kind).toBe('emitted');
    expect(outputs[0]).toMatchObject({ to: { name: 'tickets.enriched.v1' }, key: 'helpdesk:35436' });
    expect(outputs[0]?.data).toStrictEqual({
      ...aTicket(),
      context: { account: { table: 'accounts', key: 'northwind.example', found: true, attributes: northwind } },
    });
    expect(topics.ticketsEnriched.violations(outputs[0]?.data)).toStrictEqual([]);
  });

  it.each(['soft', 'permanent'] as const)(
    'looks nothing up of what is gone, and lets no content of it go on where none may stay: %s',
    async (kind) => {
      const deletion = { kind, at: 5, reason: 'deleted' };
      const required = { ...accounts, required: true };
      const { outputs } = await run(flowOf('tickets', required), tablesOf({}), { ...aTicket(), deletion });
      expect(outputs[0]?.data).toMatchObject({ context: {}, deletion, entity: { id: '35436' } });
      expect(JSON.stringify(outputs).includes('Ana')).toBe(kind === 'soft');
      expect(topics.ticketsEnriched.violations(outputs[0]?.data)).toStrictEqual([]);
    },
  );

  it.each([
    ['has no row', aTicket(), 'northwind.example'],
    ['is not asked, for want of a key', aTicket({ requester: null }), null],
  ])('goes on when an optional table %s', async (_, ticket, key) => {
    const tables = tablesOf({});
    const { outputs } = await run(flowOf('tickets', accounts), tables, ticket);
    expect((outputs[0]?.data as TicketEnriched | undefined)?.context).toStrictEqual({
      account: { table: 'accounts', key, found: false, attributes: {} },
    });
    expect(tables.refreshes()).toBe(0);
  });

  it('asks for a row under the text that a loaded row has', async () => {
    const ticket = aTicket({ requester: { id: null, name: null, email: null, emailDomain: 'north\0wind.\ud83d' } });
    const { outputs } = await run(
      flowOf('tickets', accounts),
      tablesOf({ 'accounts/north\uFFFDwind.\uFFFD': northwind }),
      ticket,
    );
    expect((outputs[0]?.data as TicketEnriched | undefined)?.context).toMatchObject({ account: { found: true } });
  });

  it('dead-letters a required miss, naming table, expression and cure but never the key', async () => {
    const error = await rejectionOf(run(flowOf('issues', owners), tablesOf({}), anIssue({ repository: 'acme/weir' })));
    expect(error).toMatchObject({ code: 'X_ENRICH_LOOKUP_MISSING', disposition: { kind: 'dead-letter' } });
    expect(error.message).toBe(
      'table owners has no row for `repository`; load one with `millrace reference load owners <file.csv>` and redrive',
    );
    const none = await rejectionOf(run(flowOf('issues', owners), tablesOf({}), anIssue({ repository: null })));
    expect(none.message).toMatch(/^`repository` has no value to look up in table owners;/);
  });

  it('counts a required miss only against the present end of the table', async () => {
    const tables = tablesOf({}, { 'owners/acme/weir': { team: 'weirs' } });
    const { outputs } = await run(flowOf('issues', owners), tables, anIssue({ repository: 'acme/weir' }));
    expect(outputs[0]?.data).toMatchObject({ context: { owner: { found: true, attributes: { team: 'weirs' } } } });
    expect(tables.refreshes()).toBe(1);
  });

  it('stamps the sequence of a business event, and its trace says what was not believed of it', async () => {
    const origin = { topic: 'issues.received.v1', partition: 2, offset: 42, timestamp: 1_795_170_000_000 };
    const run42 = (updatedAt: number | null) => run(aFlow('issues'), tablesOf({}), anIssue({ updatedAt }), { origin });
    const [stated] = (await run42(1_795_169_527_672)).outputs;
    expect(stated?.data).toMatchObject({ sequence: '001795169527672-0000000000000000042' });
    const [logged, note] = (await run42(253_402_300_799_000)).outputs;
    expect(logged?.data).toMatchObject({ sequence: '001795170000000-0000000000000000042' });
    expect(note?.data).toMatchObject({ outcome: 'applied', reason: 'version-in-the-future' });
  });

  it('records the change so that before and patch give after', async () => {
    const { outputs } = await run(
      flowOf('issues', { ...owners, required: false }),
      tablesOf({ 'owners/acme/mill': { team: 'platform' } }),
      anIssue(),
    );
    const record = outputs[1]?.data as TransformationRecorded;
    expect(record).toMatchObject({ stage: 'enricher.issues', outcome: 'applied', entity: 'issues', at: 9 });
    const after = jsonPatch.applyPatch(
      structuredClone(anIssue()),
      JSON.parse(record.patch ?? '[]') as Operation[],
    ).newDocument;
    expect(after).toStrictEqual(outputs[0]?.data);
  });

  it('takes a key that a function makes of a field that is null for a miss', async () => {
    const lowered = { ...accounts, by: '$lowercase(requester.emailDomain)' };
    const tables = tablesOf({ 'accounts/northwind.example': northwind });
    for (const requester of [null, { id: '1', name: null, email: null, emailDomain: null }]) {
      const { outputs } = await run(flowOf('tickets', lowered), tables, aTicket({ requester }));
      expect(outputs[0]?.data).toMatchObject({ context: { account: { key: null, found: false } } });
    }
  });

  it('takes one match among several for the key', async () => {
    const tagged = { ...owners, by: "labels[$contains($, 'team')]" };
    const tables = tablesOf({ 'owners/team-a': { team: 'a' } });
    const { outputs } = await run(flowOf('issues', tagged), tables, anIssue({ labels: ['bug', 'team-a'] }));
    expect(outputs[0]?.data).toMatchObject({ context: { owner: { key: 'team-a', found: true } } });
  });

  it('takes a number as a key and refuses what is no key', async () => {
    const byNumber = { ...owners, by: 'number' };
    expect(
      (await run(flowOf('issues', byNumber), tablesOf({ 'owners/42': { team: 'x' } }), anIssue())).outputs[0]?.data,
    ).toMatchObject({ context: { owner: { key: '42', found: true } } });
    const error = await rejectionOf(
      run(flowOf('issues', { ...owners, by: 'labels' }), tablesOf({}), anIssue({ labels: ['secret-one', 'b'] })),
    );
    expect(error).toMatchObject({ code: 'X_ENRICH_LOOKUP_KEY', disposition: { kind: 'dead-letter' } });
    expect(error.message).toBe('the key for table owners from `labels` is a list; expected text or a number');
  });

  it('dead-letters a message on which an expression fails', async () => {
    const error = await rejectionOf(
      run(flowOf('issues', { ...owners, by: '$number(title)' }), tablesOf({}), anIssue()),
    );
    expect(error).toMatchObject({ code: 'X_ENRICH_EXPRESSION', disposition: { kind: 'dead-letter' } });
    expect(error.message).not.toContain('Retries');
  });

  it('makes the same outputs of the same message, every time', async () => {
    const again = () =>
      run(flowOf('tickets', accounts), tablesOf({ 'accounts/northwind.example': northwind }), aTicket());
    expect(await again()).toStrictEqual(await again());
  });
});
