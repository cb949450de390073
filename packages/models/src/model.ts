import type { MaskedText } from '@millrace/dlp';

/** What a judgement may say. Labels outside it never leave the port's caller. */
export interface Taxonomy {
  /** Empty: the model's own labels (a language code, an answer's id). */
  readonly labels: readonly string[];
}

/** One piece of what is judged, in the order of its weight: `subject` before `description`. */
export interface TextPart<Text extends string = string> {
  readonly name: string;
  readonly text: Text;
}

/** A question about one text. `Text` is `MaskedText` for everything that leaves the process. */
export interface JudgementRequest<Text extends string = string> {
  /** `category`, `priority`, `sentiment`, `language`, `reply`, or what a pack names. */
  readonly task: string;
  readonly parts: readonly TextPart<Text>[];
  /** What is known beside the text (`account.tier`); keys are ours, values are the customer's. */
  readonly facts: readonly { readonly name: string; readonly value: Text }[];
  readonly taxonomy: Taxonomy;
}

/** One thing that moved the judgement, and by how much; the scale is the method's own. */
export interface Contribution {
  readonly feature: string;
  readonly weight: number;
}

/** Which model said it: enough to say it again. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  /** Of everything that decides the answer: weights, thresholds, rules. */
  readonly hash: string;
  /** How it judged: the mode of a pack (`fast`, `cascade`, `full`), `scorecard`, `lexicon`, `n-grams`, `retrieval`, or a remote model's name. */
  readonly method: string;
}

/**
 * An answer. `abstained` is an answer too: the label is then null or only the best guess, and `reason` says why.
 * The same request to the same `model.hash` gives the same judgement, where the model declares `deterministic`.
 */
export interface Judgement {
  readonly label: string | null;
  readonly decision: 'accepted' | 'abstained';
  /** 0 to 1; calibrated where the model's method is (see its README), an ordinal score otherwise. */
  readonly confidence: number;
  readonly reason: string | null;
  /** A text to use, where the task asks for one (the approved answer of `reply`). */
  readonly text: string | null;
  readonly contributions: readonly Contribution[];
  readonly model: ModelIdentity;
}

interface AnyModel {
  /** The tasks this model answers. */
  readonly tasks: readonly string[];
  /**
   * `paid`: asking costs money or is not repeatable, so the caller records each outcome before it is used;
   * `none`: asking again is free and gives the same answer.
   */
  readonly effect: 'none' | 'paid';
  /** False while the model cannot answer at all (weights loading, worker gone). */
  isReady(): boolean;
  /** Releases workers and connections; what is in flight is rejected. Idempotent. */
  close(): Promise<void>;
}

/** A model inside this process: text never leaves it. */
export interface EmbeddedModel extends AnyModel {
  readonly placement: 'embedded';
  /**
   * Rejects only with a `CodedError` (`modelErrors`), or with the signal's reason when aborted.
   * Never blocks the caller's event loop.
   */
  judge(request: JudgementRequest, signal: AbortSignal): Promise<Judgement>;
}

/** A model somewhere else. It sees masked text only: the type asks for it, and only @millrace/dlp makes it. */
export interface RemoteModel extends AnyModel {
  readonly placement: 'remote';
  /** As `EmbeddedModel.judge`; a rate limit is `retry` with the provider's wait, an unreachable provider is `unavailable`. */
  judge(request: JudgementRequest<MaskedText>, signal: AbortSignal): Promise<Judgement>;
}

/** What the classifier asks. Switch on `placement` to get at `judge`. */
export type Model = EmbeddedModel | RemoteModel;

/** How much of the embedded ensemble is asked: tf-idf only, both where tf-idf is unsure, or always both. Never load-dependent. */
export type ClassifyMode = 'fast' | 'cascade' | 'full';
