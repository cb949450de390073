import { cleanText } from './clean-text.ts';
import { detect } from './detect.ts';
import type { DataKind, Detection } from './detection.ts';
import { brandMasked, type MaskedText } from './masked-text.ts';

/**
 * How a finding is replaced.
 * - `placeholder`: `[EMAIL_1]`, the same value the same number within one masking, so that a reader still sees who is who;
 * - `mask`: asterisks of the same length; a card keeps its last four digits.
 */
export type MaskOperator = 'placeholder' | 'mask';

export interface Masked {
  readonly text: MaskedText;
  /** How many values of each kind were replaced; what they were is nowhere. */
  readonly counts: Readonly<Partial<Record<DataKind, number>>>;
}

/** Masks several texts of one record with one numbering: the same address in subject and body is the same placeholder. */
export interface Masker {
  mask(text: string): Masked;
}

export function createMasker(operator: MaskOperator = 'placeholder'): Masker {
  const numbers = new Map<string, string>();
  const perKind = new Map<DataKind, number>();

  const placeholder = (kind: DataKind, value: string): string => {
    const key = `${kind} ${canonical(kind, value)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = (perKind.get(kind) ?? 0) + 1;
    perKind.set(kind, number);
    const name = `[${kind}_${number}]`;
    numbers.set(key, name);
    return name;
  };

  return {
    mask(text) {
      const clean = cleanText(text);
      const found = detect(clean);
      const replaced = replace(clean, found, (kind, value) =>
        operator === 'placeholder' ? placeholder(kind, value) : starred(kind, value),
      );
      return { text: brandMasked(replaced), counts: countKinds(found) };
    },
  };
}

/** One text on its own. The text is cleaned first, so that nothing hides from the detectors behind invisible characters. */
export function maskText(text: string, operator: MaskOperator = 'placeholder'): Masked {
  return createMasker(operator).mask(text);
}

function replace(
  text: string,
  found: readonly Detection[],
  replacement: (kind: DataKind, value: string) => string,
): string {
  let out = '';
  let from = 0;
  for (const { kind, start, end } of found) {
    out += text.slice(from, start) + replacement(kind, text.slice(start, end));
    from = end;
  }
  return out + text.slice(from);
}

function canonical(kind: DataKind, value: string): string {
  return kind === 'EMAIL' ? value.toLowerCase() : value.replace(/[^\p{L}\p{N}+]/gu, '').toUpperCase();
}

function starred(kind: DataKind, value: string): string {
  const open = kind === 'CARD' ? value.length - 4 : value.length;
  return value.slice(0, open).replace(/[\p{L}\p{N}]/gu, '*') + value.slice(open);
}

function countKinds(found: readonly Detection[]): Masked['counts'] {
  const counts: Partial<Record<DataKind, number>> = {};
  for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
