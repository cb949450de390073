import { instantOf } from '@millrace/contracts';
import { z } from 'zod';
import { deadLetterStatuses } from '../index/dead-letter.ts';

const listed = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : value.split(',')).filter((entry) => entry !== ''));

/** A time as ISO 8601, as an epoch number in any unit, or how long ago: `2h`, `30m`, `7d`. Relative ones are resolved now. */
export function timeFrom(text: string, now: number): number | null {
  const ago = /^(\d+)(s|m|h|d)$/.exec(text);
  if (ago !== null)
    return Math.max(
      0,
      now - Number(ago[1]) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2] as 's' | 'm' | 'h' | 'd'],
    );
  return instantOf(text);
}

const time = (now: () => number): z.ZodType<number, string> =>
  z.string().transform((text, context) => {
    const resolved = timeFrom(text, now());
    if (resolved !== null) return resolved;
    context.addIssue({
      code: 'custom',
      message: 'expected a time such as 2026-11-22T10:00:00Z, or how long ago such as 2h',
    });
    return z.NEVER;
  });

const status = z.string().toUpperCase().pipe(z.enum(deadLetterStatuses));

/** What each verb of the operator API takes; anything else is refused by name. */
export function requestShapes(now: () => number) {
  const filter = {
    group: z.string().min(1).optional(),
    fingerprint: z.string().min(1).optional(),
    since: time(now).optional(),
  };
  return {
    groups: z.strictObject({
      ...filter,
      status: listed.pipe(z.array(status)).optional(),
      all: z.stringbool().default(false),
    }),
    list: z.strictObject({
      ...filter,
      status: listed.pipe(z.array(status)).optional(),
      all: z.stringbool().default(false),
      limit: z.coerce.number().int().min(1).max(1_000).default(50),
      after: z.string().optional(),
    }),
    redrive: z.strictObject({
      ...filter,
      ids: z.array(z.string().min(1)).min(1).max(10_000).optional(),
      ratePerSecond: z.number().positive().max(10_000).optional(),
      reason: z.string().max(500).optional(),
      force: z.boolean().optional(),
    }),
    discard: z.strictObject({ ids: z.array(z.string().min(1)).min(1).max(10_000), reason: z.string().min(1).max(500) }),
    peek: z.strictObject({
      limit: z.coerce.number().int().min(1).max(500).default(10),
      partition: z.coerce.number().int().min(0).optional(),
      key: z.string().optional(),
    }),
    reference: z.strictObject({
      key: z.string().min(1).optional(),
      separator: z.string().min(1).optional(),
      encoding: z.string().min(1).max(40).optional(),
      replace: z.stringbool().default(false),
      plan: z.stringbool().default(false),
    }),
    referenceDelete: z.strictObject({
      keys: z.array(z.string().min(1)).min(1).max(10_000),
      plan: z.boolean().default(false),
    }),
    referenceRows: z.strictObject({
      limit: z.coerce.number().int().min(1).max(10_000).default(100),
      after: z.string().optional(),
    }),
    referenceRow: z.strictObject({ key: z.string().min(1) }),
    table: z
      .string()
      .regex(/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/, 'expected a table name such as accounts')
      .max(60),
  } as const;
}
