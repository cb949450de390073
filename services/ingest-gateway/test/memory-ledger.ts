import { createHash } from 'node:crypto';
import type { Claim, ClaimRequest, ClaimResult, Ledger } from '@millrace/ledger';
import { CodedError, type RecordPosition, retry } from '@millrace/messaging';

type Held = ClaimRequest & { position: RecordPosition | null };

/** The ledger's contract without Postgres: a kept `Memory` survives a restart of the gateway as a database would. */
export interface Memory {
  readonly claims: Map<string, Held>;
  readonly byEvent: Map<string, Held>;
  readonly bodies: Map<string, Buffer>;
  /** Of the records that the bodies belong to, by body. */
  readonly bodyKeys: Map<string, string | null>;
}

export interface MemoryLedger extends Pick<Ledger, 'claims' | 'bodies' | 'readiness'> {
  setReachable(isReachable: boolean): void;
}

export function createMemory(): Memory {
  return { claims: new Map(), byEvent: new Map(), bodies: new Map(), bodyKeys: new Map() };
}

export function createMemoryLedger(memory: Memory): MemoryLedger {
  let reachable = true;
  const demand = (): void => {
    if (!reachable) throw new CodedError('X_LEDGER_UNAVAILABLE', 'away', { disposition: retry(), unavailable: true });
  };
  const keyOf = ({ source, identity }: ClaimRequest): string => JSON.stringify([source, identity]);
  const byEvent = (eventId: string): Held | undefined => memory.byEvent.get(eventId);
  return {
    setReachable: (isReachable) => {
      reachable = isReachable;
    },
    readiness: () => (reachable ? { ok: true } : { ok: false, reason: 'away' }),
    claims: {
      claim: async (request): Promise<ClaimResult> => {
        demand();
        const held = memory.claims.get(keyOf(request));
        if (held === undefined) {
          const fresh: Held = { ...request, position: null };
          memory.claims.set(keyOf(request), fresh);
          memory.byEvent.set(request.eventId, fresh);
          return { kind: 'new' };
        }
        return held.position === null
          ? { kind: 'in-flight' }
          : { kind: 'duplicate', eventId: held.eventId, digest: held.digest ?? null };
      },
      complete: async (eventId, position) => {
        demand();
        const held = byEvent(eventId);
        if (held !== undefined) held.position = position;
      },
      release: async (eventId) => {
        demand();
        const held = byEvent(eventId);
        if (held?.position !== null) return;
        memory.claims.delete(keyOf(held));
        memory.byEvent.delete(eventId);
      },
      find: async (eventId): Promise<Claim | null> => {
        demand();
        const held = byEvent(eventId);
        return held === undefined
          ? null
          : { source: held.source, receivedAt: held.receivedAt, position: held.position };
      },
    },
    bodies: {
      put: async (bytes, key) => {
        demand();
        const ref = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
        memory.bodies.set(ref, bytes);
        memory.bodyKeys.set(ref, key);
        return ref;
      },
      get: async (ref) => memory.bodies.get(ref) ?? Promise.reject(new Error('unknown')),
      erase: async () => undefined,
    },
  };
}
