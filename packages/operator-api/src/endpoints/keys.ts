import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { name } from '../endpoint/fields.ts';

export const keys = {
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
