import type { CanonicalEntity, EntityEnriched } from '@millrace/contracts';
import { createMasker, customerText, type DataKind, keepEnds, type MaskedText } from '@millrace/dlp';
import type { JudgementRequest, TextPart } from '@millrace/models';

/** What a model is shown of a message: what the customer said, in order of weight, and what is known beside it. */
export type Prompt<Text extends string = string> = Pick<JudgementRequest<Text>, 'parts' | 'facts'>;

/** Of a text that a model is shown; longer ones keep their beginning and end. */
export const mostCharacters = 8_000;

/**
 * Of a text that is read at all: the rest is cut off before any work, so that what one message costs has a bound that
 * its sender does not set. More than the above, because markup and style sheets are most of an HTML mail.
 */
export const mostRead = 64_000;

/** Of a fact beside the texts: a name, a status, a plan. */
const mostOfFact = 1_000;

/** Where people write, in any entity; headline first. An entity of the customer's own is read by the same names. */
const textFields = ['subject', 'title', 'description', 'body', 'text', 'message'];
const unspoken = new Set(['id', 'url', 'attributes', ...textFields]);

/** Pure and total. */
export function buildPrompt({ entity, context }: Pick<EntityEnriched<CanonicalEntity>, 'entity' | 'context'>): Prompt {
  const fields = new Map<string, unknown>(Object.entries(entity));
  const parts = textFields.flatMap((name): readonly TextPart[] => {
    const text = fields.get(name);
    return typeof text === 'string' && text !== '' ? [{ name, text: readable(text) }] : [];
  });
  const own = [...fields].flatMap(([name, value]) =>
    !unspoken.has(name) && isPlain(value) ? [{ name, value: factual(String(value)) }] : [],
  );
  const found = Object.entries(context).flatMap(([alias, match]) =>
    Object.entries(match.attributes).map(([column, value]) => ({ name: `${alias}.${column}`, value: factual(value) })),
  );
  return { parts, facts: [...own, ...found] };
}

/** What may leave the house: every text masked, with one numbering. Pure. */
export function maskPrompt(prompt: Prompt): {
  readonly prompt: Prompt<MaskedText>;
  readonly counts: ReadonlyMap<DataKind, number>;
} {
  const masker = createMasker();
  const counts = new Map<DataKind, number>();
  const mask = (text: string): MaskedText => {
    const masked = masker.mask(text);
    for (const [kind, count] of Object.entries(masked.counts)) {
      counts.set(kind as DataKind, (counts.get(kind as DataKind) ?? 0) + count);
    }
    return masked.text;
  };
  const parts = prompt.parts.map(({ name, text }) => ({ name, text: mask(text) }));
  const facts = prompt.facts.map(({ name, value }) => ({ name, value: mask(value) }));
  return { prompt: { parts, facts }, counts };
}

function readable(text: string): string {
  return keepEnds(customerText(keepEnds(text, mostRead)), mostCharacters);
}

function factual(value: string): string {
  return keepEnds(value, mostOfFact);
}

function isPlain(value: unknown): value is string | number | boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}
