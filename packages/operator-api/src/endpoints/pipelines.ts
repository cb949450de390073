import { z } from 'zod';
import { defineEndpoint, type Frozen } from '../endpoint/define-endpoint.ts';
import { isoTime, name, position, timeText } from '../endpoint/fields.ts';

const ordered = z.object({ group: z.string(), command: z.enum(['halt', 'resume']) });
const one = z.strictObject({ group: name });
const rate = z.number().min(0.001).max(1_000_000);

const move = z
  .object({
    ...{ topic: z.string(), partition: z.int() },
    from: z.int().nullable().describe('The next offset to read as it is; null where the group has none.'),
    to: z.int().describe('The next offset to read from then on.'),
    again: z.int().describe('Records that were done and are read again.'),
    skipped: z.int().describe('Records that are passed over and were not done.'),
    gone: z.int().describe('Records that were deleted before they were read: they are lost whatever is chosen.'),
  })
  .meta({ id: 'SeekMove' });

const seek = z
  .object({
    group: z.string(),
    started: z.boolean().describe('False for a plan.'),
    blocked: z.string().nullable().describe('Why it could not be done as things are.'),
    partitions: z.array(move).describe('Those that are set; the group stays where it is in the others.'),
    ...{ again: z.int(), skipped: z.int(), gone: z.int() },
  })
  .describe('Counts are of offsets: where a log has gaps there are fewer records.')
  .meta({ id: 'Seek' });
export type SeekView = Frozen<z.output<typeof seek>>;

export const pipelines = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/pipelines',
    summary: 'lists the pipelines of the flow, with their state, what operators want of them, and open dead letters',
    permission: 'pipelines.read',
    scope: 'handler',
    answer: z.array(
      z
        .object({
          group: z.string(),
          service: z.string(),
          state: z
            .string()
            .describe(
              '`unknown` until its process has said something, `removed` where the flows do not have it any more.',
            ),
          code: z.string().nullable(),
          reason: z.string().nullable().describe('What halted it, where, and what fixes it.'),
          since: isoTime.nullable(),
          desired: z.enum(['running', 'halted']).describe('What an operator said last.'),
          ratePerSecond: z.number().nullable().describe('How many records it may start; null for no bound.'),
          deadLetters: z.int(),
        })
        .meta({ id: 'Pipeline' }),
    ),
  }),
  halt: defineEndpoint({
    method: 'POST',
    path: '/v1/pipelines/{group}/halt',
    summary: 'stops one pipeline, and nothing else',
    permission: 'pipelines.command',
    scope: { group: 'group' },
    params: one,
    answer: ordered,
    status: 202,
    audit: 'pipelines.halt',
    example: { group: 'sink-writers.tickets.urgent' },
  }),
  resume: defineEndpoint({
    method: 'POST',
    path: '/v1/pipelines/{group}/resume',
    summary: 'lifts a halt; secrets are read again',
    permission: 'pipelines.command',
    scope: { group: 'group' },
    params: one,
    answer: ordered,
    status: 202,
    audit: 'pipelines.resume',
    example: { group: 'sink-writers.tickets.urgent' },
  }),
  rate: defineEndpoint({
    method: 'POST',
    path: '/v1/pipelines/{group}/rate',
    summary: 'bounds how many records all processes of one pipeline start per second together, or lifts the bound',
    permission: 'pipelines.command',
    scope: { group: 'group' },
    params: one,
    body: z.strictObject({ ratePerSecond: rate.nullable().describe('Null lifts the bound. None at all is a halt.') }),
    answer: z.object({ group: z.string(), ratePerSecond: z.number().nullable() }),
    status: 202,
    audit: 'pipelines.rate',
    example: { group: 'sink-writers.tickets.urgent', ratePerSecond: 20 },
  }),
  seek: defineEndpoint({
    method: 'POST',
    path: '/v1/pipelines/{group}/seek',
    summary: 'says where a halted pipeline goes on when it is resumed; a plan without `start`',
    permission: 'pipelines.seek',
    scope: { group: 'group' },
    params: one,
    body: z.strictObject({
      to: z
        .union([z.enum(['earliest', 'latest']), timeText])
        .optional()
        .describe('The oldest record there is, the end, or the first one written at or after a time.'),
      topic: name.optional().describe('Only in this one; in all that the pipeline reads of others when absent.'),
      partition: z.int().min(0).optional().describe('Only in this one.'),
      positions: z
        .array(z.strictObject(position.shape))
        .min(1)
        .max(10_000)
        .optional()
        .describe('Instead of `to`: the next offset to read, of each partition that is meant.'),
      start: z.boolean().default(false).describe('Do it.'),
      skip: z.boolean().default(false).describe('Also where records are passed over that were not done.'),
    }),
    answer: seek,
    audit: 'pipelines.seek',
    example: { group: 'sink-writers.tickets.urgent', to: '2026-11-22T10:00:00Z', start: true },
  }),
};
