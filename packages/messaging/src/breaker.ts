export type BreakerState = 'closed' | 'open' | 'half-open';

/** `start`: closed, go on; `probe`: half-open and this is the one record that may try; `wait`: leave it where it is. */
export type Admission = 'start' | 'probe' | 'wait';

/**
 * How a started record ended, as far as the dependency is concerned.
 * - `success`: the dependency did what was asked, or our own verdict ended the record after it had answered;
 * - `refusal`: the dependency answered no, as it did to so many different keys (this one included) with no success between;
 * - `failure`: a `retry` disposition;
 * - `none`: aborted by us, or ended without asking it, which says nothing.
 */
export type Verdict =
  | { readonly kind: 'success' }
  | { readonly kind: 'refusal'; readonly equalKeys: number }
  | { readonly kind: 'failure'; readonly record: string; readonly unavailable: boolean }
  | { readonly kind: 'none' };

/**
 * Tells an outage from a bad record. Opens after 3 failures or more that are over half of what ended in 30 s and come
 * from 2 distinct records or more, after 5 in a row of 3 distinct records, or after 3 failures in a row that say
 * `unavailable`, or when 10 keys or more were refused equally with no success between: then only a success closes it, for a
 * refusal is no sign that anything has changed. While open nothing starts. Then half-open: one probe decides. Neither call
 * may throw.
 */
export interface Breaker {
  state(): BreakerState;
  /** Asks before each try. Whoever got `start` or `probe` reports exactly once. */
  admit(): Admission;
  report(admission: 'start' | 'probe', verdict: Verdict): void;
  /** Called after each change of state, also when the open time has passed. Returns how to stop listening. */
  onChange(listener: (state: BreakerState) => void): () => void;
  /** Stops its timer. Idempotent. */
  close(): void;
}
