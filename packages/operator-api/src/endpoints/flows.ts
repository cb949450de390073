import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { isoTime } from '../endpoint/fields.ts';

const processes = z.array(
  z
    .object({
      process: z.string(),
      state: z
        .enum(['running', 'waiting', 'restart'])
        .describe('`waiting`: its files are another version, or cannot be used; it looks again by itself.'),
      digest: z.string().describe('Version that it runs.'),
      reasons: z.array(z.string()).describe('Why it waits, or must be started anew.'),
      at: isoTime,
    })
    .meta({ id: 'FlowsOfProcess' }),
);

export const flows = {
  status: defineEndpoint({
    method: 'GET',
    path: '/v1/flows',
    summary: 'says which version of the flows is announced, and which each process runs',
    permission: 'flows.read',
    scope: 'whole',
    answer: z.object({
      announced: z
        .string()
        .nullable()
        .describe('Null where nothing was announced: each runs what it was started with.'),
      processes,
    }),
  }),
  reload: defineEndpoint({
    method: 'POST',
    path: '/v1/flows/reload',
    summary: 'checks the flow files as they are now and has every process take them, where it can without a restart',
    permission: 'flows.reload',
    scope: 'whole',
    body: z.strictObject({
      plan: z.boolean().default(false).describe('Only say what is different.'),
    }),
    answer: z.object({
      digest: z.string(),
      changes: z.array(z.string()),
      announced: z.boolean(),
      processes: processes.describe('What each made of it within ten seconds; later ones are in `GET /v1/flows`.'),
    }),
    audit: 'flows.reload',
    example: {},
  }),
};
