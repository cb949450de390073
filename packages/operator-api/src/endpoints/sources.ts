import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { name } from '../endpoint/fields.ts';

export const sources = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/sources',
    summary: 'lists connectors, with how their webhooks are verified and where they are configured',
    permission: 'sources.read',
    scope: 'open',
    answer: z.array(
      z
        .looseObject({
          name: z.string(),
          summary: z.string(),
          scheme: z.string(),
          handshake: z.string().optional(),
          verifiedBy: z.string(),
          coversBody: z.boolean(),
          replayProtected: z.boolean(),
          normalises: z.string().optional(),
          configured: z.array(z.string()),
        })
        .meta({ id: 'Source' }),
    ),
  }),
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/sources/{name}',
    summary: 'shows where to point a webhook, and the secret that signs it',
    permission: 'sources.secret',
    scope: 'open',
    params: z.strictObject({ name }),
    answer: z.looseObject({
      name: z.string(),
      connector: z.string(),
      enabled: z.boolean(),
      url: z.string(),
      publicUrl: z.string().optional(),
      secret: z.string().nullable(),
      headers: z.record(z.string(), z.string()).describe('Header by header, what a genuine request carries.'),
      subscription: z.string().optional(),
    }),
    audit: 'sources.secret',
    example: { name: 'github' },
  }),
};
