import { z } from 'zod';
import { defineEndpoint, type Frozen } from '../endpoint/define-endpoint.ts';
import { flag, isoTime, name, position, someOf, timeText, wholeNumber } from '../endpoint/fields.ts';
import { job } from './jobs.ts';
import { record } from './topics.ts';

/** How a dead letter stands. */
export const deadLetterStatuses = [
  'UNRESOLVED',
  'SCHEDULED',
  'REDRIVEN',
  'RESOLVED',
  'FAILED_AGAIN',
  'PARKED',
  'DISCARDED',
] as const;

const ids = z.array(name).min(1).max(10_000);
const selection = {
  group: name.optional(),
  fingerprint: name.optional().describe('Of a cause; its first characters are enough.'),
  since: timeText.optional().describe('Failed at or after.'),
};
const filter = {
  ...selection,
  status: someOf(deadLetterStatuses).optional().describe('Separated by commas; what is open when absent.'),
  all: flag.describe('Also what is resolved.'),
};

const deadLetter = z
  .object({
    id: z.string(),
    group: z.string(),
    status: z.enum(deadLetterStatuses),
    statusAt: isoTime,
    job: z.string().nullable(),
    fingerprint: z.string(),
    code: z.string(),
    errorClass: z.string(),
    message: z.string(),
    step: z.string(),
    attempts: z.int(),
    redrives: z.int(),
    firstFailedAt: isoTime,
    failedAt: isoTime,
    key: z.string().nullable(),
    eventId: z.string().nullable(),
    correlationId: z.string().nullable(),
    origin: position,
    position,
    service: z.string(),
    version: z.string(),
    follows: z.string().nullable().describe('The dead letter that was redriven and failed again as this one.'),
    hold: z.string().nullable(),
    heldAt: z.number().nullable(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = Frozen<z.output<typeof deadLetter>>;

const answered = z
  .object({
    ...{ job: z.string(), dlqId: z.string(), group: z.string(), outcome: z.string() },
    ...{ code: z.string().nullable(), eventId: z.string().nullable() },
    at: z.number().describe('Epoch milliseconds.'),
    ...{ partition: z.int(), offset: z.int() },
  })
  .describe('What the group said of a redrive.');

const failureGroup = z
  .object({
    group: z.string(),
    fingerprint: z.string(),
    code: z.string(),
    message: z.string(),
    count: z.int(),
    firstSeen: isoTime,
    lastSeen: isoTime,
  })
  .meta({ id: 'FailureGroup' });

export const dlq = {
  groups: defineEndpoint({
    method: 'GET',
    path: '/v1/dlq/groups',
    summary: 'lists failures by cause, the most frequent first',
    permission: 'dlq.read',
    scope: { group: 'group' },
    query: z.strictObject(filter),
    answer: z.array(failureGroup),
    example: { since: '2h' },
  }),
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/dlq',
    summary: 'lists dead letters, the newest first',
    permission: 'dlq.read',
    scope: { group: 'group' },
    query: z.strictObject({
      ...filter,
      limit: wholeNumber(1, 1_000).default(50),
      after: z.string().optional().describe('`next` of the page before.'),
    }),
    answer: z.object({ items: z.array(deadLetter), next: z.string().nullable() }),
    example: { group: 'sink-writers.tickets.urgent', limit: 20 },
  }),
  redrive: defineEndpoint({
    method: 'POST',
    path: '/v1/dlq/redrive',
    summary: 'makes the plan of a redrive: freezes what it would send, and sends nothing',
    permission: 'dlq.redrive',
    scope: { group: 'group' },
    body: z.strictObject({
      ...selection,
      ids: ids.optional(),
      ratePerSecond: z.number().positive().max(10_000).optional(),
      reason: z.string().max(500).optional(),
      force: z.boolean().optional().describe('Also what is resolved, parked or on its way.'),
    }),
    answer: job,
    status: 201,
    audit: 'dlq.plan',
    example: { group: 'sink-writers.tickets.urgent', since: '2h', reason: 'the channel exists now' },
  }),
  discard: defineEndpoint({
    method: 'POST',
    path: '/v1/dlq/discard',
    summary: 'gives dead letters up',
    permission: 'dlq.discard',
    scope: 'handler',
    body: z.strictObject({ ids, reason: name.max(500) }),
    answer: z.object({
      discarded: z.int(),
      skipped: z.int(),
      jobs: z
        .array(z.object({ job: z.string(), group: z.string(), planned: z.int() }))
        .optional()
        .describe('Jobs that tell their groups to take dead letters out of the lines of held keys.'),
    }),
    audit: 'dlq.discard',
    example: { ids: ['0190f3c2-7f3e-5d6c-9a57-0d6d6f8b8f10'], reason: 'a test of ours' },
  }),
  reindex: defineEndpoint({
    method: 'POST',
    path: '/v1/dlq/reindex',
    summary: 'empties the index and builds it again from Kafka',
    permission: 'dlq.reindex',
    scope: 'whole',
    answer: z.object({ read: z.int() }),
    audit: 'dlq.reindex',
  }),
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/dlq/{id}',
    summary: 'shows one dead letter with its decoded record',
    permission: 'dlq.payload',
    scope: 'handler',
    params: z.strictObject({ id: name }),
    answer: deadLetter.extend({ acks: z.array(answered), record: record.nullable(), expired: z.boolean() }),
    audit: 'dlq.show',
    example: { id: '0190f3c2-7f3e-5d6c-9a57-0d6d6f8b8f10' },
  }),
};
