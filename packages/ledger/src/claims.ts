import { hash } from 'node:crypto';
import type { RecordPosition } from '@millrace/messaging';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

export interface ClaimRequest {
  readonly source: string;
  /** What makes the request the same request when it is sent again. */
  readonly identity: string;
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** A digest of the body, where the same identity with another body must be told apart. */
  readonly digest?: string;
}

/** `in-flight`: a twin holds the claim and has not finished; ask again shortly or refuse. */
export type ClaimResult =
  | { readonly kind: 'new' }
  | { readonly kind: 'duplicate'; readonly eventId: string; readonly digest: string | null }
  | { readonly kind: 'in-flight' };

export interface Claim {
  readonly source: string;
  readonly receivedAt: number;
  /** Null while in flight, or when its owner died before it could say. */
  readonly position: RecordPosition | null;
}

/**
 * Who may accept a request. A claim is held under a lease: an owner that died is succeeded when the lease ends,
 * and its successor writes the same deterministic event id, so nothing is lost and nothing doubles.
 */
export interface Claims {
  claim(request: ClaimRequest, signal?: AbortSignal): Promise<ClaimResult>;
  /** After Kafka has the record: from now on a twin is a duplicate. */
  complete(eventId: string, position: RecordPosition, signal?: AbortSignal): Promise<void>;
  /** The request was not accepted after all: a twin may try at once. Changes nothing once complete. */
  release(eventId: string, signal?: AbortSignal): Promise<void>;
  find(eventId: string, signal?: AbortSignal): Promise<Claim | null>;
}

export interface ClaimOptions {
  /** How long an owner may take between claim and complete. */
  readonly leaseMs: number;
  /** How long a request is remembered. */
  readonly keepMs: number;
}

interface ClaimRow {
  readonly event_id: string;
  readonly source: string;
  readonly received_at: string;
  readonly digest: string | null;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
}

const completeWithinMs = 20;

// Every event id is one; anything else comes from a person's URL and cannot be here.
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// Of fixed length whatever a sender puts into its identity, and a JSON array: no two pairs share one.
const claimKey = (source: string, identity: string): string =>
  hash('sha256', JSON.stringify([source, identity]), 'hex');

export function createClaims(store: Store, { leaseMs, keepMs }: ClaimOptions): Claims {
  const claims = tableOf(store, 'claims');
  // Takes a free key, one whose owner's lease ended, or one older than what is remembered.
  const take = prepared<{ key: string }>(
    store,
    `INSERT INTO ${claims} AS held (key, event_id, source, received_at, digest, lease_until)
     SELECT key, event_id, source, received_at, digest, $6 FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
       AS wanted (key, event_id, source, received_at, digest)
     ON CONFLICT (key) DO UPDATE SET event_id = excluded.event_id, received_at = excluded.received_at, digest = excluded.digest,
       lease_until = excluded.lease_until, topic = NULL, partition = NULL, "offset" = NULL
     WHERE (held.topic IS NULL AND held.lease_until <= $7) OR held.received_at < $8
     RETURNING key`,
  );
  const held = prepared<ClaimRow & { key: string }>(
    store,
    `SELECT key, event_id, digest, topic FROM ${claims} WHERE key = ANY($1::text[])`,
  );
  const finish = prepared(
    store,
    `UPDATE ${claims} AS held SET topic = done.topic, partition = done.partition, "offset" = done."offset"
     FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[]) AS done (event_id, topic, partition, "offset")
     WHERE held.event_id = done.event_id AND held.topic IS NULL`,
  );
  const drop = prepared(store, `DELETE FROM ${claims} WHERE event_id = ANY($1::uuid[]) AND topic IS NULL`);
  const seek = prepared<ClaimRow>(
    store,
    `SELECT event_id, source, received_at, topic, partition, "offset" FROM ${claims} WHERE event_id = ANY($1::uuid[])`,
  );

  const claim = measuredGroupCommit<ClaimRequest & { key: string }, ClaimResult>(store, 'claim', {
    keyOf: ({ key }) => key,
    execute: async (wanted) => {
      const now = store.now();
      const taken = await take([
        wanted.map(({ key }) => key),
        wanted.map(({ eventId }) => eventId),
        wanted.map(({ source }) => source),
        wanted.map(({ receivedAt }) => receivedAt),
        wanted.map(({ digest }) => digest ?? null),
        now + leaseMs,
        now,
        now - keepMs,
      ]);
      const won = new Set(taken.map(({ key }) => key));
      const lost = wanted.filter(({ key }) => !won.has(key)).map(({ key }) => key);
      const owners = new Map((lost.length === 0 ? [] : await held([lost])).map((row) => [row.key, row]));
      return wanted.map(({ key }) => {
        if (won.has(key)) return { kind: 'new' };
        const owner = owners.get(key); // absent: released in between, its twin may ask again
        if (owner === undefined || owner.topic === null) return { kind: 'in-flight' };
        return { kind: 'duplicate', eventId: owner.event_id, digest: owner.digest };
      });
    },
  });

  const complete = measuredGroupCommit<{ eventId: string; position: RecordPosition }, undefined>(
    store,
    'claim-complete',
    {
      keyOf: ({ eventId }) => eventId,
      // The sender has its answer already, and a twin meanwhile finds the claim in flight: one statement for many.
      gatherMs: completeWithinMs,
      execute: async (done) => {
        await finish([
          done.map(({ eventId }) => eventId),
          done.map(({ position }) => position.topic),
          done.map(({ position }) => position.partition),
          done.map(({ position }) => position.offset),
        ]);
        return done.map(() => undefined);
      },
    },
  );

  const release = measuredGroupCommit<string, undefined>(store, 'claim-release', {
    keyOf: (eventId) => eventId,
    execute: async (eventIds) => {
      await drop([eventIds]);
      return eventIds.map(() => undefined);
    },
  });

  const find = measuredGroupCommit<string, Claim | null>(store, 'claim-find', {
    keyOf: (eventId) => eventId,
    execute: async (eventIds) => {
      const rows = new Map((await seek([eventIds])).map((row) => [row.event_id, row]));
      return eventIds.map((eventId) => claimOf(rows.get(eventId)));
    },
  });

  return {
    claim: (request, signal) => claim({ ...request, key: claimKey(request.source, request.identity) }, signal),
    complete: (eventId, position, signal) => complete({ eventId, position }, signal),
    release,
    find: async (eventId, signal) => (uuid.test(eventId) ? find(eventId.toLowerCase(), signal) : null),
  };
}

function claimOf(row: ClaimRow | undefined): Claim | null {
  if (row === undefined) return null;
  const position =
    row.topic === null ? null : { topic: row.topic, partition: row.partition as number, offset: Number(row.offset) };
  return { source: row.source, receivedAt: Number(row.received_at), position };
}
