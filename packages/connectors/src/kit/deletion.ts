/** That a thing is gone where it came from. */
export interface Deletion {
  /** `soft` may be restored; of what is `permanent`, personal data must not stay anywhere. */
  readonly kind: 'soft' | 'permanent';
  /** Epoch milliseconds. */
  readonly at: number;
  /** A word: deleted, spam, merged, transferred …; null where nobody said. */
  readonly reason: string | null;
}
