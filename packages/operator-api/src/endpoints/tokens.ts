import { z } from 'zod';
import { expires, overlap, plan, planned, secret, tokenView } from '../endpoint/credential-fields.ts';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { name } from '../endpoint/fields.ts';
import { roles } from '../identity/permissions.ts';

const patterns = z.array(name.max(200)).min(1).max(100);
const params = z.strictObject({ id: name });
const answer = planned.extend({ token: tokenView.optional(), secret });
const changing = { permission: 'tokens.manage', scope: 'handler', otherStatus: 200 } as const;

export const tokens = {
  list: defineEndpoint({
    method: 'GET',
    path: '/v1/tokens',
    summary: 'lists the tokens of operators, without their secrets',
    permission: 'tokens.read',
    scope: 'open',
    answer: z.array(tokenView),
  }),
  create: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/tokens',
    summary: 'makes a token, and shows it this once',
    body: z.strictObject({
      name: name.max(100),
      roles: z.array(z.enum(roles)).min(1),
      groups: patterns.default(['*']).describe('Consumer groups it may see and act on; `*` is any text.'),
      topics: patterns.default(['*']).describe('The same of topics.'),
      expires,
      plan,
    }),
    answer,
    status: 201,
    audit: 'tokens.create',
    example: { name: 'ada', roles: ['operator'], groups: ['sink-writers.*'], expires: '90d' },
  }),
  rotate: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/tokens/{id}/rotate',
    summary: 'makes a new secret for the same identity; the old one counts for a while beside it',
    params,
    body: z.strictObject({ overlap, plan }),
    answer,
    status: 201,
    audit: 'tokens.rotate',
    example: { id: 'token-5f3a9c01d2e4', overlap: '24h' },
  }),
  revoke: defineEndpoint({
    ...changing,
    method: 'POST',
    path: '/v1/tokens/{id}/revoke',
    summary: 'ends a token: within five seconds no service takes it',
    params,
    body: z.strictObject({ plan }),
    answer,
    audit: 'tokens.revoke',
    example: { id: 'token-5f3a9c01d2e4' },
  }),
};
