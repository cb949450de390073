import { randomUUID } from 'node:crypto';
import { stagesOf } from '@millrace/flows';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import type { Broker, Producer, Serde } from '@millrace/messaging';
import { connectCredentials } from '@millrace/operator-api/credentials';
import { authenticateTokens } from '@millrace/operator-api/server';
import { createLogger, createMetrics, type Part } from '@millrace/service';
import { indexHistory } from '../../src/index/schema.ts';
import { createReplayer, type ReplayerOptions } from '../../src/replayer.ts';

export const tokens = {
  operator: 'operator-token-0123456789',
  approver: 'approver-token-0123456789',
  admin: 'admin-token-0123456789',
};

export interface RunningReplayer {
  readonly url: string;
  readonly database: Database;
  /** As the supervisor would: in order. */
  stop(): Promise<void>;
  /** Speaks to its API as the operator. */
  call<T>(
    path: string,
    options?: { readonly method?: string; readonly body?: unknown; readonly token?: string },
  ): Promise<T>;
}

export type StartOptions = Partial<ReplayerOptions> & {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly producer?: Producer;
  readonly postgresUrl: string;
  readonly groups: readonly string[];
};

/** The whole service, on any broker and a real Postgres. */
export async function startReplayer({ postgresUrl, ...given }: StartOptions): Promise<RunningReplayer> {
  const logger = createLogger({ service: 'dlq-replayer', level: 'silent' });
  const metrics = createMetrics();
  const stopping = new AbortController();
  const database = connectDatabase({ url: postgresUrl, histories: [indexHistory], applicationName: 'test', logger });
  const { parts, server } = createReplayer(
    {
      producer: given.producer ?? (await given.broker.createProducer()),
      database,
      ...{ authenticate: authenticateTokens(tokens), gatewayToken: tokens.operator, checkAnswers: true },
      credentials: connectCredentials({ url: postgresUrl, name: 'test', now: Date.now, logger }),
      sourceNames: ['zendesk'],
      allowedHosts: [],
      host: '127.0.0.1',
      port: 0,
      gatewayAdminUrl: undefined,
      approvalAbove: 10_000,
      traceSearchMs: 3_600_000,
      instance: `test-${randomUUID()}`,
      logger,
      metrics,
      now: Date.now,
      stages: stagesOf({ sources: {}, flows: {} }),
      withStrays: false, // other test files share the cluster
      ...given,
    },
    { fatal: () => {}, stopping: stopping.signal },
  );
  const opened: Part[] = [];
  for (const part of parts) {
    opened.push(part);
    await part.open();
  }
  return {
    url: server.url(),
    database,
    stop: async () => {
      stopping.abort(new Error('test over'));
      for (const part of opened.reverse()) await part.close();
    },
    call: async <T>(
      path: string,
      { method = 'GET', body, token = tokens.operator }: { method?: string; body?: unknown; token?: string } = {},
    ) => {
      const response = await fetch(new URL(path, server.url()), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': typeof body === 'string' ? 'text/csv' : 'application/json',
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return (await response.json()) as T;
    },
  };
}

/** Polls to a deadline. */
export async function until<T>(what: string, ask: () => Promise<T | false>, withinMs = 20_000): Promise<T> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; ) {
    const answer = await ask();
    if (answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
}
