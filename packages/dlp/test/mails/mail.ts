/** A mail as it comes in, with sentences that the customer said and others that somebody or something else put there. */
export interface Mail {
  readonly name: string;
  readonly text: string;
  readonly keep: readonly string[];
  readonly cut: readonly string[];
}
