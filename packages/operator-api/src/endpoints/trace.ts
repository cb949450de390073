import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { isoTime, name } from '../endpoint/fields.ts';

const hop = z
  .object({
    at: isoTime,
    service: z.string(),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    outcome: z.string(),
    code: z.string().optional(),
    id: z.string().optional().describe('Event id of what stands there.'),
    group: z.string().optional(),
    traceparent: z.string().optional(),
    detail: z.string().optional(),
  })
  .meta({ id: 'Hop' });

export const trace = {
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/trace/{id}',
    summary: 'follows one record from where it came in to where it went: places and outcomes, no values',
    permission: 'trace.read',
    scope: 'handler',
    params: z.strictObject({ id: name }),
    answer: z.object({
      id: z.string(),
      hops: z.array(hop),
      complete: z.boolean().describe('False when the time ran out before everything was read.'),
      scannedRecords: z.int(),
    }),
  }),
};
