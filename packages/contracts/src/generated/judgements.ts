// Made by `npm run generate` from schemas/. Do not edit.
/** What a model says about one task, and whether it is sure enough to act on. */
export interface Judgement {
  /** One of the task's declared labels; null when the model abstained without a candidate or the task has none. */
  readonly label: string | null;
  /** Accepted when confidence passed the label's threshold, else abstained. */
  readonly decision: Decision;
  /** Calibrated probability between 0 and 1. */
  readonly confidence: number;
  /** Why the model abstained, in words for a person. */
  readonly reason: string | null;
  /** Suggested reply, for tasks that propose text. */
  readonly text: string | null;
  /** The strongest evidence first. */
  readonly contributions: readonly Contribution[];
  /** Which model judged. */
  readonly model: ModelStamp;
}

/** Whether the label may be acted on. */
export type Decision = 'accepted' | 'abstained';

/** One piece of evidence. */
export interface Contribution {
  /** Name of the evidence as the model knows it. */
  readonly feature: string;
  /** How much it pushed; negative pushes against. */
  readonly weight: number;
}

/** Which model judged, exactly. */
export interface ModelStamp {
  /** Pack or model name. */
  readonly name: string;
  /** Version of the pack or model. */
  readonly version: string;
  /** SHA-256 of what was loaded, in hex. */
  readonly hash: string;
  /** How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name. */
  readonly method: string;
}
