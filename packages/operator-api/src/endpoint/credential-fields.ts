import { instantOf } from '@millrace/contracts/instant';
import { z } from 'zod';
import { isoTime } from './fields.ts';

/** What tokens and keys have in common where they are asked for and shown. */

export const plan = z.boolean().default(false).describe('Only say what would be done.');

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `24h`; null when the text is no such length. */
export function lengthOf(text: string): number | null {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * unitMs[unit as keyof typeof unitMs];
}

/** When something ends that is to last `90d`, or until a time of its own; null when the text is neither. */
export function endOf(text: string, now: number): number | null {
  const length = lengthOf(text);
  return length === null ? instantOf(text) : now + length;
}

export const expires = z
  .string()
  .refine((text) => endOf(text, 0) !== null, { error: 'expected how long it counts such as 90d, or until when' })
  .optional()
  .describe('How long it counts, such as `90d`, or until when; until it is revoked when absent.');

export const overlap = z
  .string()
  .refine((text) => lengthOf(text) !== null, { error: 'expected a length of time such as 24h' })
  .default('24h')
  .describe('How long the old secret counts beside the new one.');

const common = {
  id: z.string(),
  identity: z.string().describe('The same through rotations.'),
  shown: z.string().describe('The first characters of the secret.'),
  state: z.enum(['valid', 'expired', 'revoked']),
  createdBy: z.string(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  rotatedFrom: z.string().nullable(),
  revokedAt: isoTime.nullable(),
  lastUsedAt: isoTime.nullable().describe('To about a minute.'),
};

export const tokenView = z
  .object({
    ...common,
    name: z.string(),
    roles: z.array(z.string()),
    groups: z.array(z.string()),
    topics: z.array(z.string()),
  })
  .meta({ id: 'Token' });

export const keyView = z.object({ ...common, client: z.string(), scopes: z.array(z.string()) }).meta({ id: 'Key' });

export const planned = z.object({ plan: z.string().describe('What was done, or would be, in a sentence.') });
export const secret = z.string().optional().describe('Shown this once, kept nowhere.');
