import { sources } from '@millrace/connectors/sources';
import type { ReferenceRow } from '@millrace/contracts';
import type { DryRunPorts, DryStage, LookedUp, OpenDryRun } from '@millrace/dry-run';
import { createExpressions, type Expressions, enriches, type Flow, flowList } from '@millrace/flows';
import { enrichPipeline } from './enrich.ts';
import { normalisePipeline } from './normalise.ts';
import { createReferenceTable, type ReferenceTable } from './reference-table.ts';

/** The enricher's stages over reference tables from files. Bodies are in the sample, so there is no body store. */
export const openDryRun: OpenDryRun = ({ flows, reference, now }) => {
  const expressions = createExpressions();
  const bodies = { get: async () => null, erase: async () => undefined };
  const normalise: DryStage = {
    pipeline: normalisePipeline({
      ...{ instances: flows.sources, connectors: sources, bodies, now },
      bodyBudgetBytes: Number.MAX_SAFE_INTEGER,
    }),
    findings: () => ({}),
  };
  const enriching = flowList(flows)
    .filter(enriches)
    .map((flow) => enrichStage(flow, expressions, { reference, now }));
  return { stages: [normalise, ...enriching], close: () => expressions.close() };
};

function enrichStage(
  flow: Flow,
  expressions: Expressions,
  { reference, now }: Pick<DryRunPorts, 'reference' | 'now'>,
): DryStage {
  const tables = new Map(flow.enrich.map(({ table }) => [table, tableOf(reference.get(table) ?? [])]));
  let asked: LookedUp[] = [];
  const find = (table: string, key: string) => {
    const row = tables.get(table)?.find(key) ?? null;
    if (!asked.some((one) => one.table === table && one.key === key)) asked.push({ table, key, found: row !== null });
    return row;
  };
  return {
    pipeline: enrichPipeline({
      flow,
      tables: { find, refresh: async () => undefined },
      expressions,
      now,
    }),
    findings: () => {
      const lookups = asked;
      asked = [];
      const without = [...tables.keys()].filter((table) => !reference.has(table));
      return {
        ...(flow.enrich.length === 0 ? {} : { lookups }),
        ...(without.length === 0
          ? {}
          : { notes: without.map((table) => `nothing is known of table ${table}: every lookup in it misses`) }),
      };
    },
  };
}

function tableOf(rows: readonly ReferenceRow[]): ReferenceTable {
  const table = createReferenceTable();
  for (const row of rows) table.apply(row.key, row);
  return table;
}
