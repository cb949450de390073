import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createExpressions, expressionView, groupReads, loadFlows } from '../src/index.ts';

const folder = join(import.meta.dirname, '../../../infra/flows');
const flows = loadFlows(folder);
const rowsOf = (table: string): readonly Readonly<Record<string, string>>[] => {
  const [header = [], ...rows] = readFileSync(join(folder, `reference/${table}.csv`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
};

describe('the default flow', () => {
  it('has a consumer group for each stage and each route', () => {
    expect(flows.groups()).toStrictEqual([
      'enricher.normalise',
      'enricher.issues',
      'sink-writers.issues.archive',
      'sink-writers.issues.notify',
      'enricher.tickets',
      'classifier.tickets',
      'sink-writers.tickets.triage',
      'sink-writers.tickets.urgent',
      'sink-writers.tickets.vip',
      'sink-writers.tickets.archive',
      'dlq-replayer.index',
    ]);
  });

  it('reads what the stage before it writes, in each of them', () => {
    const reads = groupReads(flows.stages);
    expect([...reads.keys()]).toStrictEqual(flows.groups());
    expect(Object.fromEntries([...reads].map(([group, topics]) => [group, topics[0]]))).toMatchObject({
      'enricher.normalise': 'webhooks.received.v1',
      'enricher.tickets': 'tickets.received.v1',
      'classifier.tickets': 'tickets.enriched.v1',
      'sink-writers.tickets.archive': 'tickets.classified.v1',
      'sink-writers.issues.archive': 'issues.enriched.v1',
    });
  });

  it('routes by judgement and by account', async () => {
    const expressions = createExpressions();
    const account = rowsOf('accounts').find(({ domain }) => domain === 'northwind.example');
    const judgement = (label: string) => ({
      label,
      decision: 'accepted' as const,
      confidence: 0.9,
      reason: null,
      text: null,
      contributions: [],
      model: { name: 'm', version: '1', hash: 'h', method: 'fast' },
    });
    const view = expressionView({
      sequence: null,
      receivedAt: 0,
      source: 'zendesk',
      raw: null,
      deletion: null,
      entity: { id: '1', attributes: {} },
      context: {
        account: { table: 'accounts', key: 'northwind.example', found: true, attributes: account ?? {} },
      },
      judgements: { category: judgement('card'), priority: judgement('normal') },
    });
    const conditions = flows.flows['tickets']?.deliver.map(({ when }) => when ?? 'true or true') ?? [];
    expect(await expressions.evaluateAll(conditions, view)).toStrictEqual([true, false, true, true]);
    await expressions.close();
  });

  it.each(['accounts', 'owners'])('has reference rows for %s', (table) => {
    expect(rowsOf(table).length).toBeGreaterThan(2);
  });
});
