import type { RecordPosition } from './broker.ts';

/** Where a record first stood. Retry, dead-letter and lane copies keep it, so identity and order never change with a copy. */
export interface Origin extends RecordPosition {
  /** Epoch milliseconds of the first writing, by the log: never before that of an earlier record of its partition. */
  readonly timestamp: number;
}

/** How this record came to be read now. */
export interface Delivery {
  /** The record actually read: the source topic's, a tier's or the lane's. */
  readonly position: RecordPosition;
  readonly through: 'source' | 'retry' | 'lane';
  /** 0 on the first delivery; counts the tiers passed. */
  readonly attempt: number;
  /** Set when an operator's job sent it here. */
  readonly replay: { readonly job: string; readonly of: string; readonly count: number } | null;
}

/** A message as a stage sees it: CloudEvents identity, key, decoded data, and how it got here. */
export interface Envelope<T> {
  /** Deterministic: the same input makes the same id, so a duplicate is absorbed wherever it lands. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** ISO 8601. */
  readonly time: string;
  /** Born at the edge, never changes: one id traces a record from source to destination. */
  readonly correlationid: string;
  /** The id of the direct parent; null at the edge. */
  readonly causationid: string | null;
  /** 0 for live traffic; each replay job draws the next. */
  readonly generation: number;
  readonly traceparent: string | null;
  /** The thing whose order matters. Empty when the source declares no order. */
  readonly key: string;
  readonly data: T;
  readonly origin: Origin;
  readonly delivery: Delivery;
}
