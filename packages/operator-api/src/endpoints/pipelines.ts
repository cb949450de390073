import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { isoTime, name } from '../endpoint/fields.ts';

const ordered = z.object({ group: z.string(), command: z.enum(['halt', 'resume']) });
const one = z.strictObject({ group: name });

export const pipelines = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/pipelines',
    summary: 'lists the pipelines of the flow, with their state and open dead letters',
    permission: 'pipelines.read',
    scope: 'handler',
    answer: z.array(
      z
        .object({
          group: z.string(),
          service: z.string(),
          state: z.string().describe('`unknown` until its process has said something.'),
          code: z.string().nullable(),
          reason: z.string().nullable().describe('What halted it, where, and what fixes it.'),
          since: isoTime.nullable(),
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
};
