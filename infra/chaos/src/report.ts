import Table from 'cli-table3';
import type { Audit } from './audit.ts';
import type { Fault } from './faults.ts';

export interface Report {
  readonly seed: number;
  readonly faults: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: Readonly<Record<string, number>>;
  readonly orderViolations: number;
  readonly deadLetters: number;
  readonly recoveries: readonly Fault[];
  readonly retried: number;
  readonly gaveUp: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** From the last webhook until every accepted id had its end on every route; null when that never came. */
  readonly quietAfterMs: number | null;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

export function printReport(report: Report, { routes, missingExamples }: Audit): void {
  const table = new Table({
    head: ['route', 'delivered', 'filtered', 'superseded', 'unchanged', 'missing', 'doubled'],
  });
  for (const tally of routes) {
    table.push([
      tally.route,
      tally.delivered,
      tally.filtered,
      tally.superseded,
      tally.unchanged,
      tally.missing,
      tally.doubled,
    ]);
  }
  console.log(table.toString());
  const faults = new Table({ head: ['killed', 'ready again after'] });
  for (const { target, recoveredMs } of report.recoveries) {
    faults.push([target, recoveredMs === null ? 'never' : `${(recoveredMs / 1000).toFixed(1)} s`]);
  }
  if (report.recoveries.length > 0) console.log(faults.toString());
  const { recoveries: _, ...totals } = report;
  console.log(JSON.stringify(totals, null, 2));
  if (missingExamples.length > 0) console.log(`missing, for example: ${missingExamples.join(', ')}`);
}
