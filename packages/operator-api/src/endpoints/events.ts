import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { name, position } from '../endpoint/fields.ts';

export const events = {
  show: defineEndpoint({
    method: 'GET',
    path: '/v1/events/{id}',
    summary: 'says when an event was accepted, from whom, and where it was written',
    permission: 'events.read',
    scope: 'open',
    params: z.strictObject({ id: name }),
    answer: z.looseObject({
      id: z.string(),
      source: z.string(),
      receivedAt: z.number().describe('Epoch milliseconds.'),
      position: position.nullable().describe('Null while it is being written.'),
    }),
  }),
};
