import type { RecordPosition } from '@millrace/messaging';
import { gatewayEndpoints } from '@millrace/operator-api';
import { clientOf, httpSender } from '@millrace/operator-api/client';

/** What the gateway remembers of an event that it accepted. */
export interface Edge {
  readonly receivedAt: number;
  /** Null when the gateway does not know where it was written. */
  readonly position: RecordPosition | null;
}

export interface EdgeLookup {
  /** Null when the gateway does not know the id, does not answer, or is not configured. */
  find(id: string, signal: AbortSignal): Promise<Edge | null>;
}

const { answer } = gatewayEndpoints.events.show;
const timeoutMs = 3_000;

/** Asks the gateway's admin listener; `unknown` for every failure, because a trace can do without. */
export function createEdgeLookup(options: {
  readonly adminUrl: string | undefined;
  readonly token: string;
}): EdgeLookup {
  const { adminUrl, token } = options;
  return {
    find: async (id, signal) => {
      if (adminUrl === undefined) return null;
      const gateway = clientOf(gatewayEndpoints, httpSender({ url: adminUrl, token, prefix: '/admin' }));
      try {
        const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const { receivedAt, position } = answer.parse(await gateway.events.show({ id }, inTime));
        return { receivedAt, position };
      } catch {
        return null;
      }
    },
  };
}
