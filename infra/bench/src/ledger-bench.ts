import { startCluster } from './cluster.ts';
import { type Bench, type BenchContext, type Figure, shareOf } from './figure.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { openSubject } from './subject.ts';
import type { LedgerRequest, LedgerWork } from './subjects/ledger-ours.ts';

/** As many as a pipeline runs at once by default. */
const callers = 256;
const records: Readonly<Record<LedgerWork, number>> = { effects: 20_000, outcomes: 20_000 };
const outcomeBytes = 1_024;

/** What remembering costs: each caller waits for its own row to be durable, many share a statement. */
export const ledgerBench: Bench = {
  name: 'ledger',
  summary: `an effect begun and done and its key settled, an outcome of 1 KB looked for and stored, ${callers} callers, against the same statements in batches of ${callers}`,
  run: async (context) => {
    await using cluster = await startCluster(context);
    const figures: Figure[] = [];
    for (const work of ['effects', 'outcomes'] as const)
      figures.push(await measure(context, cluster.servers.postgresUrl, work));
    return figures;
  },
};

const measure = async (context: BenchContext, postgresUrl: string, work: LedgerWork): Promise<Figure> => {
  await using ours = await openSubject<LedgerRequest>('ledger-ours', context);
  await using bare = await openSubject<LedgerRequest>('ledger-pg', context);
  const requestOf = (side: string, repeat: number): LedgerRequest => ({
    ...{ postgresUrl, work, callers, outcomeBytes, schema: `${side}_${work}_${repeat}` },
    records: Math.ceil(records[work] * context.scale),
  });
  await ours.run(requestOf('ours', 0));
  const seen = await inTurn(context, {
    statements: (repeat) => bare.run(requestOf('bare', repeat)),
    ledger: (repeat) => ours.run(requestOf('ours', repeat)),
  });
  return shareOf(0.7, {
    name: `ledger.${work}`,
    unit: 'records/s',
    runs: seen.ledger.map(rateOf),
    limits: seen.statements.map(rateOf),
    ...costOf(seen.ledger),
  });
};
