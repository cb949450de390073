import type { Database } from '@millrace/ledger/postgres';
import { type Finding, words } from './finding.ts';

const check = 'clocks';
const mend = 'let both machines follow one time server (chrony, systemd-timesyncd)';
const urgentMs = 60_000;

/** What one reading of another clock says: how far it is ahead of ours, and how sure that is. */
export interface Skew {
  readonly aheadMs: number;
  readonly uncertainMs: number;
}

/** Postgres's clock, read between two looks at ours. */
export async function skewOfPostgres({ query }: Pick<Database, 'query'>, now: () => number): Promise<Skew> {
  const before = now();
  const [row] = await query<{ at: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at');
  const after = now();
  return { aheadMs: (row?.at ?? before) - (before + after) / 2, uncertainMs: (after - before) / 2 };
}

/** Where a clock is further off than is allowed for. Pure. */
export function clockFindings(where: string, { aheadMs, uncertainMs }: Skew, allowedMs: number): readonly Finding[] {
  const offMs = Math.max(0, Math.abs(aheadMs) - uncertainMs);
  if (offMs <= allowedMs) return [];
  const what = `${words(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}: waits, leases and retention are off by as much`;
  return [{ check, severity: offMs > urgentMs ? 'error' : 'warning', where, what, mend }];
}

/** A record that a service wrote when it said how a pipeline stands, and Kafka stamped when it arrived. */
export interface StampedState {
  readonly service: string;
  /** By the service's clock. */
  readonly since: number;
  /** By the broker's. */
  readonly writtenAt: number;
}

/**
 * How far Kafka's clock is ahead of each service's. A record may have waited for Kafka, which looks like a fast clock, so the
 * smallest difference of a service's records counts. Pure.
 */
export function skewsOfServices(states: readonly StampedState[]): ReadonlyMap<string, Skew> {
  return new Map(
    [...Map.groupBy(states, ({ service }) => service)].map(([service, said]) => {
      const differences = said.map(({ writtenAt, since }) => writtenAt - since);
      const smallest = differences.reduce((least, one) => (Math.abs(one) < Math.abs(least) ? one : least));
      return [service, { aheadMs: smallest, uncertainMs: 0 }];
    }),
  );
}
