import { type Metrics, names } from '@millrace/service';
import type { TokenState } from './token-store.ts';

/** What is seen of the tokens of connections from outside. */
export interface TokenWatch {
  renewed(connection: string, outcome: 'renewed' | 'failed' | 'over'): void;
  seen(connection: string, state: TokenState): void;
}

export function watchTokens(metrics: Metrics, connections: readonly string[]): TokenWatch {
  const renewals = metrics.counter(names.metrics.tokens.renewals);
  const needing = metrics.gauge(names.metrics.tokens.needsAuthorisation);
  for (const connection of connections) {
    for (const outcome of ['renewed', 'failed', 'over']) renewals.zero({ connection, outcome });
    needing.set({ connection }, 0);
  }
  return {
    renewed: (connection, outcome) => renewals.inc({ connection, outcome }),
    seen: (connection, state) => needing.set({ connection }, state === 'authorised' ? 0 : 1),
  };
}
