// Made by `npm run generate` from schemas/. Do not edit.
/** One row of a reference table; the newest of its key counts, a tombstone deletes it. */
export interface ReferenceRow {
  /** Reference table. */
  readonly table: string;
  /** What the row is looked up by. */
  readonly key: string;
  /** Column → value. */
  readonly attributes: Readonly<Record<string, string>>;
  /** When it was loaded, epoch milliseconds. */
  readonly loadedAt: number;
}
