import { z } from 'zod';
import { defineEndpoint, type Frozen } from '../endpoint/define-endpoint.ts';
import { isoTime, name, wholeNumber } from '../endpoint/fields.ts';

/** A record as an operator reads it. */
export const record = z
  .object({
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    at: isoTime,
    key: z.string().nullable(),
    headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
    value: z.unknown().describe('Decoded; null for a tombstone or when it does not decode.'),
    undecodable: z
      .object({ code: z.string(), message: z.string(), hex: z.string() })
      .optional()
      .describe('Why it did not decode, with the bytes.'),
  })
  .meta({ id: 'Record' });
export type RecordView = Frozen<z.output<typeof record>>;

export const topics = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/topics',
    summary: 'lists topics, with how much each holds',
    permission: 'topics.read',
    scope: 'handler',
    answer: z.array(
      z.object({
        topic: z.string(),
        partitions: z.int(),
        records: z
          .int()
          .describe('Between the first and the last offset: an upper bound where the topic is compacted.'),
        cleanup: z.string(),
        retentionMs: z.number().nullable().describe('Null for ever.'),
      }),
    ),
  }),
  offsets: defineEndpoint({
    method: 'GET',
    path: '/v1/topics/{topic}/offsets',
    summary: 'shows where each partition of a topic begins and ends',
    permission: 'topics.read',
    scope: { topic: 'topic' },
    params: z.strictObject({ topic: name }),
    answer: z.array(
      z.object({
        partition: z.int(),
        earliest: z.int().describe('Of the oldest record that is kept.'),
        latest: z.int().describe('Of the next record.'),
      }),
    ),
    example: { topic: 'tickets.received.v1' },
  }),
  peek: defineEndpoint({
    method: 'GET',
    path: '/v1/topics/{topic}/records',
    summary: 'shows the newest records of a topic, decoded',
    permission: 'topics.payload',
    scope: { topic: 'topic' },
    params: z.strictObject({ topic: name }),
    query: z.strictObject({
      limit: wholeNumber(1, 500).default(10),
      partition: wholeNumber(0, 2 ** 31 - 1).optional(),
      key: z.string().optional(),
    }),
    answer: z.array(record),
    audit: 'topics.peek',
    example: { topic: 'ops.audit', limit: 20 },
  }),
};
