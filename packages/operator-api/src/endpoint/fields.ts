import { instantOf } from '@millrace/contracts/instant';
import { z } from 'zod';

/** Shapes of what query, path and body hold everywhere. */

export const name: z.ZodString = z.string().min(1);

/** A whole number in a query, where everything is text. */
export const wholeNumber = (min: number, max: number) => z.coerce.number<number | string>().int().min(min).max(max);

export const flag = z.union([z.boolean(), z.stringbool()]).default(false);

/** Some of a few words, in any case: repeated, or separated by commas. */
export const someOf = <const W extends readonly [string, ...string[]]>(words: W) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? value.split(',') : value).filter((entry) => entry !== ''))
    .pipe(z.array(z.string().toUpperCase().pipe(z.enum(words))));

/** ISO 8601, an epoch number in any unit, or how long ago: `2h`, `30m`, `7d`. A handler resolves it by `timeFrom`. */
export const timeText = z
  .string()
  .refine((text) => timeFrom(text, 0) !== null, {
    error: 'expected a time such as 2026-11-22T10:00:00Z, or how long ago such as 2h',
  })
  .meta({ examples: ['2h', '2026-11-22T10:00:00Z'] });

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Epoch milliseconds; null when the text is no time. Relative ones are resolved at `now`. */
export function timeFrom(text: string, now: number): number | null {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) return instantOf(text);
  return Math.max(0, now - Number(count) * unitMs[unit as keyof typeof unitMs]);
}

export const isoTime = z.iso.datetime();

/** Where a record stands. */
export const position = z.object({ topic: z.string(), partition: z.int(), offset: z.int() });

export const countsByName = z.record(z.string(), z.number());
