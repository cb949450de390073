// Made by `npm run generate` from schemas/. Do not edit.
/** One change of one message by the transformation layer, before and after. */
export interface TransformationRecorded {
  /** Consumer group of the stage that changed it. */
  readonly stage: string;
  /** applied made an output; filtered ended the message here. */
  readonly outcome: TransformationOutcome;
  /** Why it was filtered: echo, no-normaliser …; or, where it was applied, what is not used of it: version-in-the-future. */
  readonly reason: string | null;
  /** Entity of the output. */
  readonly entity: string | null;
  /** Event id of the input. */
  readonly inputId: string;
  /** Event id of the output; null when filtered. */
  readonly outputId: string | null;
  /** JSON Patch (RFC 6902) from before to after; null when filtered or when the input was not JSON. */
  readonly patch: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** What the stage did. */
export type TransformationOutcome = 'applied' | 'filtered';
