// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

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

export const judgementSchema: AvroNode = {
  type: 'record',
  name: 'Judgement',
  namespace: 'io.millrace.judgements.v1',
  doc: 'What a model says about one task, and whether it is sure enough to act on.',
  fields: [
    {
      name: 'label',
      type: ['null', 'string'],
      doc: "One of the task's declared labels; null when the model abstained without a candidate or the task has none.",
      default: null,
    },
    {
      name: 'decision',
      type: {
        type: 'enum',
        name: 'Decision',
        doc: 'Whether the label may be acted on.',
        symbols: ['accepted', 'abstained'],
      },
      doc: "Accepted when confidence passed the label's threshold, else abstained.",
    },
    { name: 'confidence', type: 'double', doc: 'Calibrated probability between 0 and 1.' },
    { name: 'reason', type: ['null', 'string'], doc: 'Why the model abstained, in words for a person.', default: null },
    { name: 'text', type: ['null', 'string'], doc: 'Suggested reply, for tasks that propose text.', default: null },
    {
      name: 'contributions',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Contribution',
          doc: 'One piece of evidence.',
          fields: [
            { name: 'feature', type: 'string', doc: 'Name of the evidence as the model knows it.' },
            { name: 'weight', type: 'double', doc: 'How much it pushed; negative pushes against.' },
          ],
        },
      },
      doc: 'The strongest evidence first.',
      default: [],
    },
    {
      name: 'model',
      type: {
        type: 'record',
        name: 'ModelStamp',
        doc: 'Which model judged, exactly.',
        fields: [
          { name: 'name', type: 'string', doc: 'Pack or model name.' },
          { name: 'version', type: 'string', doc: 'Version of the pack or model.' },
          { name: 'hash', type: 'string', doc: 'SHA-256 of what was loaded, in hex.' },
          {
            name: 'method',
            type: 'string',
            doc: "How it judged: fast, cascade, full, scorecard, lexicon, retrieval or a remote model's name.",
          },
        ],
      },
      doc: 'Which model judged.',
    },
  ],
};
