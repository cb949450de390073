// Made by `npm run generate` from schemas/. Do not edit.
/** What one lookup of the flow found in its reference table. */
export interface LookupMatch {
  /** Reference table that was asked. */
  readonly table: string;
  /** Key that was looked up; null when the entity has no value there. */
  readonly key: string | null;
  /** False when the table has no such row. */
  readonly found: boolean;
  /** The row's columns; empty when not found. */
  readonly attributes: Readonly<Record<string, string>>;
}
