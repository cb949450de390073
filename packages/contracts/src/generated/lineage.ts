// Made by `npm run generate` from schemas/. Do not edit.
/** Where the raw record of this entity stands, so that it can be read again. */
export interface RawPosition {
  /** Topic of the raw record. */
  readonly topic: string;
  /** Partition of the raw record. */
  readonly partition: number;
  /** Offset of the raw record. */
  readonly offset: number;
  /** Event id of the raw record. */
  readonly id: string;
}
