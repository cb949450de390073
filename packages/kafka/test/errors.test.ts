import { describe, expect, it } from '@jest/globals';
import { exitCodeOf } from '@millrace/service';
import { classifyClientFailure, clientError } from '../src/errors.ts';

const named = (name: string, more: object = {}): Error => Object.assign(new Error('said'), { name, ...more });
const typed = (type: string): Error => named('KafkaJSProtocolError', { type });

const table: readonly (readonly [string, unknown, string])[] = [
  ['a refused connection', named('KafkaJSConnectionError', { code: 'ECONNREFUSED' }), 'unavailable'],
  ['a closed connection', named('KafkaJSConnectionClosedError'), 'unavailable'],
  ['a request without an answer', named('KafkaJSRequestTimeoutError'), 'unavailable'],
  ['a plain socket error', Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'unavailable'],
  [
    'retries that ran out over a refused connection',
    named('KafkaJSNumberOfRetriesExceeded', { cause: named('KafkaJSConnectionError') }),
    'unavailable',
  ],
  [
    'a wrapper of a wrapper',
    named('KafkaJSNonRetriableError', { cause: named('KafkaJSError', { cause: typed('NOT_LEADER_FOR_PARTITION') }) }),
    'moved',
  ],
  ['a list of errors', named('KafkaJSAggregateError', { errors: [typed('TOPIC_AUTHORIZATION_FAILED')] }), 'refused'],
  ['a wrong password', named('KafkaJSSASLAuthenticationError'), 'shut-out'],
  ['a missing permission', typed('GROUP_AUTHORIZATION_FAILED'), 'refused'],
  ['a topic that is not there', typed('UNKNOWN_TOPIC_OR_PARTITION'), 'unknown-topic'],
  ['a member that is not known', typed('UNKNOWN_MEMBER_ID'), 'not-in-group'],
  ['an old generation', typed('ILLEGAL_GENERATION'), 'not-in-group'],
  ['a fenced member', typed('FENCED_INSTANCE_ID'), 'fenced'],
  ['another coordinator', typed('NOT_COORDINATOR_FOR_GROUP'), 'moved'],
  ['a code of a newer broker', typed('PRODUCER_FENCED_OF_THE_FUTURE'), 'unexpected'],
  ['a defect', new TypeError('x is not a function'), 'unexpected'],
  ['nothing', undefined, 'unexpected'],
  ['a text', 'ECONNREFUSED', 'unexpected'],
];

describe('classification of client failures', () => {
  it.each(table)('%s', (_, error, expected) => {
    expect(classifyClientFailure(error)).toBe(expected);
  });

  it('ends on an error that is its own cause', () => {
    const error = new Error('round') as Error & { cause: unknown };
    error.cause = error;
    expect(classifyClientFailure(error)).toBe('unexpected');
  });

  it('makes a fenced instance end its process for good', () => {
    const error = clientError('x', named('KafkaJSNonRetriableError', { cause: typed('FENCED_INSTANCE_ID') }));
    expect(error.code).toBe('X_MEMBER_FENCED');
    expect(exitCodeOf(error)).toBe(78);
    expect(exitCodeOf(clientError('x', new Error('anything else')))).toBe(1);
  });

  it('makes an outage retriable and a refusal a halt', () => {
    expect(clientError('x', named('KafkaJSConnectionError'))).toMatchObject({
      unavailable: true,
      disposition: { kind: 'retry' },
    });
    expect(clientError('x', typed('CLUSTER_AUTHORIZATION_FAILED'))).toMatchObject({ disposition: { kind: 'halt' } });
  });
});
