import type { Examples, WebhookBody } from '@millrace/connectors/kit/examples';
import { sampleKind } from './sample-plan.ts';

/** One webhook to send, not yet signed. */
export interface Sample extends WebhookBody {
  readonly connector: string;
}

export interface SampleMaterial {
  /** By connector. */
  readonly examples: Readonly<Record<string, Examples>>;
  readonly texts: readonly string[];
}

/** The n-th sample of a data folder. Pure: the same n is the same event, so one that is sent twice is a duplicate. */
export const makeSample = (n: number, { examples, texts }: SampleMaterial, now: Date): Sample => {
  // A stride without a common factor with the number of texts: every text comes before any comes again.
  const text = texts[(n * 997) % texts.length] ?? '';
  const kind = sampleKind(n);
  for (const [connector, kinds] of Object.entries(examples)) {
    const make = kinds[kind];
    if (make !== undefined) return { connector, ...make({ n, text, now }) };
  }
  throw new TypeError(`no connector has an example of kind ${kind}`);
};
