import { z } from 'zod';
import { expires, keyView, overlap, plan, planned, secret } from '../endpoint/credential-fields.ts';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { name } from '../endpoint/fields.ts';

const params = z.strictObject({ id: name });
const answer = planned.extend({ key: keyView.optional(), secret });
const changing = { permission: 'keys.manage', scope: 'handler', otherStatus: 200 } as const;

export const keys = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/keys',
    summary: 'lists the API keys for business events, without their secrets',
    permission: 'keys.read',
    scope: 'open',
    answer: z.array(keyView),
  }),
  create: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/keys',
    summary: 'makes an API key, and shows it this once',
    body: z.strictObject({
      client: z
        .string()
        .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected a kebab-case name such as web-shop')
        .max(100),
      scopes: z.array(name).min(1).describe('Entities that it may send; `*` is all.'),
      expires,
      plan,
    }),
    answer,
    status: 201,
    audit: 'keys.create',
    example: { client: 'web-shop', scopes: ['tickets'], expires: '365d' },
  }),
  rotate: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/keys/{id}/rotate',
    summary: 'makes a new key for the same client; the old one counts for a while beside it',
    params,
    body: z.strictObject({ overlap, plan }),
    answer,
    status: 201,
    audit: 'keys.rotate',
    example: { id: 'key-5f3a9c01d2e4', overlap: '24h' },
  }),
  revoke: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/keys/{id}/revoke',
    summary: 'ends an API key: within five seconds no gateway takes it',
    params,
    body: z.strictObject({ plan }),
    answer,
    audit: 'keys.revoke',
    example: { id: 'key-5f3a9c01d2e4' },
  }),
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/keys/{name}',
    summary: 'shows a key that is kept in the clear: only `sample` is, the one of the embedded start',
    permission: 'keys.secret',
    scope: 'open',
    params: z.strictObject({ name }),
    answer: z.looseObject({ name: z.string(), key: z.string() }),
    audit: 'keys.secret',
    example: { name: 'sample' },
  }),
};
