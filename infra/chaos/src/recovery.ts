import { readClusterMetadata } from '@millrace/embedded';
import type { SystemState } from '@millrace/system';
import pg from 'pg';
import { brokers, isVendor, services, simulators, vendors } from './catalogue.ts';
import { answers } from './simulators.ts';

/** One route as the service that runs it says. */
export interface RouteStanding {
  readonly group: string;
  /** Null for running well, else `halted: <code>`, `open: <code>`, or why it has not joined yet. */
  readonly trouble: string | null;
}

interface ReadyAnswer {
  readonly checks?: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
}

const answerMs = 2_000;

/** Whether a part does its work, asked from outside. Rejects where it does not even answer. */
export async function serves(state: SystemState, target: string): Promise<boolean> {
  if (isVendor(target)) return answers(state, target);
  if (target === simulators) return (await Promise.all(vendors.map((vendor) => answers(state, vendor)))).every(Boolean);
  const service = state.services[target];
  if (service !== undefined) return isOk(`${service.url}/readyz`);
  if (target === 'registry') return isOk(`${state.registry.url}/subjects`);
  if (target === 'postgres') return takesStatements(state.postgres.url);
  return isInCluster(state, brokers(3).indexOf(target));
}

/** Whether all services but those that are broken themselves say that they are ready. */
export async function servicesServe(state: SystemState, broken: ReadonlySet<string>): Promise<boolean> {
  const asked = services.filter((service) => !broken.has(service));
  return (await Promise.all(asked.map((service) => serves(state, service)))).every(Boolean);
}

/** How the routes to some destinations stand; every group that is asked for is in the answer. */
export async function standing(state: SystemState, groups: readonly string[]): Promise<readonly RouteStanding[]> {
  const answer = await fetch(`${state.services['sink-writers']?.url}/readyz`, {
    signal: AbortSignal.timeout(answerMs),
  });
  const { checks = {} } = (await answer.json()) as ReadyAnswer;
  return groups.map((group) => {
    const check = checks[group];
    return { group, trouble: check?.ok === true ? (check.reason ?? null) : (check?.reason ?? 'it does not say') };
  });
}

async function isOk(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  await answer.arrayBuffer();
  return answer.ok;
}

async function takesStatements(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: answerMs, query_timeout: answerMs });
  client.on('error', () => undefined); // one that is killed under it is news to nobody
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A broker that knows itself among the brokers has registered and is not fenced. */
async function isInCluster(state: SystemState, index: number): Promise<boolean> {
  const [host = '', port = ''] = state.kafka.brokers[index]?.split(':') ?? [];
  const { brokerIds } = await readClusterMetadata(host, Number(port));
  return brokerIds.includes(index + 1);
}
