import { cut } from '@millrace/text';
import Table from 'cli-table3';
import type { Audit, DeadLetterCount, RouteTally } from './audit.ts';
import { named, percentile, seconds, sum } from './figures.ts';
import type { Fault } from './inflict.ts';
import type { HighWater } from './memory.ts';
import type { Sent } from './sender.ts';

/** What a run counted. The shape of `--json`: fields are added, never renamed. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly rate: number;
  readonly faults: number;
  readonly accepted: number;
  /** Over all routes. */
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: Readonly<Record<string, number>>;
  readonly orderViolations: number;
  readonly deadLetters: number;
  readonly recoveries: readonly Fault[];
  /** By route and vendor. */
  readonly orderViolationsAt: Readonly<Record<string, number>>;
  readonly deadLetterReasons: readonly DeadLetterCount[];
  readonly routes: readonly RouteTally[];
  readonly memory: readonly HighWater[];
  readonly retried: number;
  readonly gaveUp: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** From the end of the load and the last recovery until every accepted id had its end; null when that never came. */
  readonly quietAfterMs: number | null;
}

export interface Findings {
  readonly seed: number;
  readonly seconds: number;
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly sent: Sent;
  readonly audit: Audit;
  readonly memory: readonly HighWater[];
  readonly quietAfterMs: number | null;
}

export function reportOf({ seed, seconds, rate, faults, sent, audit, memory, quietAfterMs }: Findings): Report {
  return {
    seed,
    seconds,
    rate,
    faults: faults.length,
    accepted: sent.accepted.size,
    delivered: sum(audit.routes.map(({ delivered }) => delivered)),
    lost: audit.lost,
    duplicates: audit.duplicates,
    orderViolations: sum(Object.values(audit.orderViolations)),
    deadLetters: sum(audit.deadLetters.map(({ count }) => count)),
    recoveries: faults,
    orderViolationsAt: audit.orderViolations,
    deadLetterReasons: audit.deadLetters,
    routes: audit.routes,
    memory,
    retried: sent.retried,
    gaveUp: sent.gaveUp,
    refused: sent.refused,
    ackP50Ms: percentile(sent.latenciesMs, 0.5),
    ackP99Ms: percentile(sent.latenciesMs, 0.99),
    quietAfterMs,
  };
}

/** Why a run is no proof; empty for a good one. */
export function faultsOf(report: Report): readonly string[] {
  const shed = report.recoveries.flatMap(({ shed }) => shed ?? []);
  const wrong: readonly (readonly [count: number, what: string])[] = [
    [report.lost, 'lost'],
    [sum(Object.values(report.duplicates)), 'duplicates'],
    [report.orderViolations, 'order violations'],
    [report.deadLetters, 'dead letters'],
    [report.recoveries.filter(({ recoveredMs }) => recoveredMs === null).length, 'faults without recovery'],
    [
      report.recoveries.filter((one) => one.operator !== null && one.kind !== 'refuse').length,
      'outages that needed a hand',
    ],
    [sum(Object.values(report.refused)), 'good requests refused'],
    [report.gaveUp, 'updates that no try brought in'],
    [sum(shed.map(({ withoutRetryAfter }) => withoutRetryAfter)), 'requests shed without Retry-After'],
    [report.accepted === 0 ? 1 : 0, 'run in which nothing was accepted'],
  ];
  return wrong.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

/** Everything as tables for a person. */
export function describeReport(report: Report): string {
  return [
    tableOf(
      ['route', 'delivered', 'filtered', 'superseded', 'unchanged', 'dead', 'lost', 'out of order'],
      report.routes.map((one) => [
        one.route,
        ...[one.delivered, one.filtered, one.superseded, one.unchanged, one.deadLettered, one.lost],
        report.orderViolationsAt[one.route] ?? 0,
      ]),
    ),
    tableOf(
      ['fault', 'target', 'at', 'held', 'well after', 'by'],
      report.recoveries.map((one) => [
        one.kind,
        one.target,
        seconds(one.atMs),
        one.heldMs === 0 ? '' : seconds(one.heldMs),
        one.recoveredMs === null ? 'never' : seconds(one.recoveredMs),
        one.operator ?? (one.shed === undefined ? 'itself' : `itself; ${one.shed.shed} shed`),
      ]),
    ),
    tableOf(
      ['dead letters', 'code', 'why', 'count'],
      report.deadLetterReasons.map(({ group, code, message, count }) => [group, code, cut(message, 80), count]),
    ),
    tableOf(
      ['memory high-water', 'RSS MB', 'PSS MB'],
      report.memory.map(({ part, rssMb, pssMb }) => [part, rssMb, pssMb]),
    ),
    tableOf(
      ['counted', ''],
      [
        ['faults', report.faults],
        ['accepted', `${report.accepted} (${report.retried} requests sent again, ${report.gaveUp} given up)`],
        ['acknowledged', `p50 ${report.ackP50Ms} ms, p99 ${report.ackP99Ms} ms`],
        ['delivered', report.delivered],
        ['lost', report.lost],
        ['duplicates', named(report.duplicates)],
        ['order violations', named(report.orderViolationsAt)],
        ['dead letters', report.deadLetters],
        ['quiet after', report.quietAfterMs === null ? 'never' : seconds(report.quietAfterMs)],
      ],
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '';
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
