import { describe, expect, it } from '@jest/globals';
import { classifyRegistryFailure } from '../../src/registry/failures.ts';

const response = (status: number, message = 'said'): Error =>
  Object.assign(new Error(message), { name: 'ResponseError', status });

const table: readonly (readonly [string, unknown, string])[] = [
  [
    'a refused connection, which the client calls 400',
    response(400, 'connect ECONNREFUSED 127.0.0.1:8081'),
    'unavailable',
  ],
  ['a connection that hung up, which the client calls 400', response(400, 'socket hang up'), 'unavailable'],
  ['a timeout, which the client calls 400', response(400, 'Timeout (5000ms)'), 'unavailable'],
  ['a real 400', response(400, 'invalid schema'), 'unexpected'],
  ['a failed fetch', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }), 'unavailable'],
  ['a deadline', Object.assign(new Error('aborted'), { name: 'TimeoutError' }), 'unavailable'],
  ['a server error', response(503), 'unavailable'],
  ['too many requests', response(429), 'unavailable'],
  ['nothing there', response(404), 'missing'],
  [
    'the client’s own word for nothing there',
    Object.assign(new Error('x'), { name: 'ConfluentSchemaRegistryError' }),
    'missing',
  ],
  ['no credentials', response(401), 'refused'],
  ['no permission', response(403), 'refused'],
  ['an incompatible schema', response(409), 'incompatible'],
  ['nothing at all', undefined, 'unexpected'],
];

describe('classification of registry failures', () => {
  it.each(table)('%s', (_, error, expected) => {
    expect(classifyRegistryFailure(error)).toBe(expected);
  });
});
