import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createExpressions, expressionView, loadFlows } from '../src/index.ts';
import { parseReferenceFile } from '../src/reference-file.ts';

const folder = join(import.meta.dirname, '../../../infra/flows');
const flows = loadFlows(folder);

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

  it('routes by judgement and by account', async () => {
    const expressions = createExpressions();
    const [account] = parseReferenceFile(readFileSync(join(folder, 'reference/accounts.csv'), 'utf8'), {
      table: 'accounts',
      loadedAt: 0,
    });
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
      entity: { id: '1', attributes: {} },
      context: {
        account: { table: 'accounts', key: 'northwind.example', found: true, attributes: account?.attributes ?? {} },
      },
      judgements: { category: judgement('card'), priority: judgement('normal') },
    });
    const conditions = flows.flows.tickets?.deliver.map(({ when }) => when ?? 'true or true') ?? [];
    expect(await expressions.evaluateAll(conditions, view)).toStrictEqual([true, false, true, true]);
    await expressions.close();
  });

  it.each(['accounts', 'owners'])('has reference rows for %s', (table) => {
    expect(
      parseReferenceFile(readFileSync(join(folder, `reference/${table}.csv`), 'utf8'), { table, loadedAt: 0 }).length,
    ).toBeGreaterThan(2);
  });
});
