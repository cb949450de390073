import { describe, expect, it } from '@jest/globals';
import { AuthenticationError, NetworkError, ResponseError, TimeoutError, UserError } from '@platformatic/kafka';
import { classifyClientFailure } from '../../src/errors.ts';
import { parseAddress } from '../../src/platformatic/client.ts';
import { failureOfClient } from '../../src/platformatic/failure.ts';

const answered = (code: number): Error => new ResponseError(3, 8, { '/topics/0': [code, null] }, { brokers: [] });

describe('a failure of @platformatic/kafka', () => {
  it.each([
    ['a topic that is not there', answered(3), 'unknown-topic'],
    ['a leader that moved', answered(6), 'moved'],
    ['a coordinator that moved', answered(16), 'moved'],
    ['an old generation', answered(22), 'not-in-group'],
    ['a fenced member', answered(82), 'fenced'],
    ['a missing permission', answered(29), 'refused'],
    ['another assignment protocol', answered(23), 'refused'],
    ['a lost connection', new NetworkError('Connection closed'), 'unavailable'],
    ['a request without an answer', new TimeoutError('Request timed out'), 'unavailable'],
    [
      'a wrong password, which it reports as a lost connection',
      new NetworkError('failed', {
        cause: new AuthenticationError('SASL authentication failed.', { cause: answered(58) }),
      }),
      'shut-out',
    ],
    [
      'a connection lost while logging in, which it reports as a refused login',
      new NetworkError('failed', {
        cause: new AuthenticationError('Cannot find a suitable SASL mechanism.', { cause: new NetworkError('closed') }),
      }),
      'unavailable',
    ],
    [
      'a broker that wants TLS',
      new NetworkError('failed', { cause: new UserError('Broker requires TLS.') }),
      'shut-out',
    ],
    [
      'a broker that hangs up during the TLS handshake, which it reports as a mistake of ours',
      new NetworkError('failed', {
        cause: new UserError('TLS handshake failed.', {
          cause: Object.assign(new Error('disconnected'), { code: 'ECONNRESET' }),
        }),
      }),
      'unavailable',
    ],
    ['a defect', new TypeError('x is not a function'), 'unexpected'],
    ['a text', 'ECONNREFUSED', 'unexpected'],
  ])('%s', (_, error, expected) => {
    expect(classifyClientFailure(failureOfClient(error))).toBe(expected);
  });

  it('keeps the answer beside the name of its error', () => {
    expect(failureOfClient(answered(3))).toMatchObject({
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
      response: { brokers: [] },
    });
  });
});

describe('a broker’s address', () => {
  it.each([
    ['127.0.0.1:8092', '127.0.0.1', 8092],
    ['kafka', 'kafka', 9092],
    ['[::1]:9094', '::1', 9094],
    ['[::1]', '::1', 9092],
    ['::1', '::1', 9092],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });
});
