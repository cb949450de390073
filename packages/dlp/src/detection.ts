/** The kinds of personal data that are found. */
export type DataKind = 'EMAIL' | 'CARD' | 'IBAN' | 'PHONE';

/** One finding in a text; `end` is the first position after it. */
export interface Detection {
  readonly kind: DataKind;
  readonly start: number;
  readonly end: number;
  /** 0 to 1: a checksum is worth more than a shape, context adds. */
  readonly score: number;
}

/** Finds one kind. Pure; the time it takes grows with the text's length and no faster, whatever stands in it. */
export type Detector = (text: string) => readonly Detection[];

/** Findings below this are dropped: a shape alone, without a checksum or a word beside it that says what it is. */
export const leastScore = 0.5;
