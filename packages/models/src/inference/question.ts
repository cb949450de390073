import type { ClassifyMode, Judgement, JudgementRequest, Taxonomy } from '../model.ts';

/** All that is asked of one text at a time; what a worker thread is sent. */
export interface Question {
  /** Name of the pack that answers. */
  readonly pack: string;
  readonly mode: ClassifyMode;
  readonly text: string;
  readonly facts: JudgementRequest['facts'];
  readonly tasks: readonly { readonly task: string; readonly taxonomy: Taxonomy }[];
}

/** A judgement per task, in the question's order. Judging is pure, so a worker that answers has no other outcome. */
export type Answer = readonly Judgement[];

export interface WorkerSettings {
  /** Folder by pack name. */
  readonly packs: Readonly<Record<string, string>>;
  /** False when every question is of mode `fast`: the encoder is most of the memory. */
  readonly hasEncoder: boolean;
}
