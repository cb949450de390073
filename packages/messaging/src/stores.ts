/** Which outcome of which stage: a replay with its own generation is a new one on purpose. */
export interface OutcomeKey {
  readonly stage: string;
  readonly inputId: string;
  readonly generation: number;
}

/**
 * What a paid effect produced, stored before it is published.
 * An implementation makes both calls durable before it answers; while it is away it throws retry and unavailable.
 */
export interface OutcomeStore {
  /** The stored bytes, or null when this input was not handled yet. */
  find(key: OutcomeKey, signal?: AbortSignal): Promise<Buffer | null>;
  /** First writer wins: returns what is stored now, which is another's when it was faster. Emit exactly that. */
  record(key: OutcomeKey, outcome: Buffer, signal?: AbortSignal): Promise<Buffer>;
}

/** `in-doubt`: a try was begun and its end is unknown; the sink's `inDoubt` says what follows. */
export type EffectState = 'fresh' | 'done' | 'in-doubt';

/** A row of the append-only `deliveries` table. */
export interface DeliveryNote {
  readonly correlationid: string;
  /** The entity's plural name. */
  readonly entity: string;
  /** The entity key. */
  readonly id: string;
  readonly sequence: string;
  readonly generation: number;
}

export interface EffectDone {
  /** What was written where, e.g. the vendor's id. */
  readonly detail: string;
  readonly note: DeliveryNote | null;
}

/** Remembers effects on systems that cannot take part in a transaction. The key is (route, event id). */
export interface EffectStore {
  /** Writes `started` before the effect, durably. Of two callers only one gets `fresh`. */
  begin(route: string, eventId: string, signal?: AbortSignal): Promise<EffectState>;
  /** After the effect. A note is kept in the same write, so that an effect is told once however often it is reported. */
  done(route: string, eventId: string, done: EffectDone, signal?: AbortSignal): Promise<void>;
  /** The try surely had no effect (refused before it was applied): the next `begin` is `fresh` again. */
  release(route: string, eventId: string, signal?: AbortSignal): Promise<void>;
}

/** Bodies too large for a record (claim check). A reference names its content for good. */
export interface BodyStore {
  put(bytes: Buffer, signal?: AbortSignal): Promise<string>;
  /** Rejects with dead-letter when the reference is unknown, retry and unavailable while the store is away. */
  get(ref: string, signal?: AbortSignal): Promise<Buffer>;
}
