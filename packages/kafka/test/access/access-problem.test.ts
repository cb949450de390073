import { describe, expect, it } from '@jest/globals';
import { CodedError, retry } from '@millrace/messaging';
import { AuthenticationError, NetworkError, ResponseError, UserError } from '@platformatic/kafka';
import { accessProblem } from '../../src/access/access-problem.ts';
import { classifyClientFailure, clientError } from '../../src/errors.ts';

const coded = (code: string, more: object = {}): Error => Object.assign(new Error('said'), { code, ...more });
const kafkajs = (name: string, more: object = {}): Error => Object.assign(new Error('said'), { name, ...more });
const answered = (error: number, text: string): Error => new ResponseError(36, 2, { '/': [error, text] }, {});
const away = new CodedError('X_TOKEN_UNAVAILABLE', 'no token', { disposition: retry(), unavailable: true });

describe('what says that we are not let in', () => {
  it.each<[string, unknown, string]>([
    ['a certificate of nobody known', coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'X_KAFKA_CERTIFICATE_UNTRUSTED'],
    ['a certificate that is over', coded('CERT_HAS_EXPIRED'), 'X_KAFKA_CERTIFICATE_UNTRUSTED'],
    ['another host’s certificate', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'X_KAFKA_CERTIFICATE_UNTRUSTED'],
    [
      'kafkajs’s word for it',
      kafkajs('KafkaJSConnectionError', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'X_KAFKA_CERTIFICATE_UNTRUSTED',
    ],
    [
      'a broker that wants a certificate',
      coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
      'X_KAFKA_CERTIFICATE_REFUSED',
    ],
    ['a broker that knows not ours', coded('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN'), 'X_KAFKA_CERTIFICATE_REFUSED'],
    ['plain text in answer to TLS', coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'X_KAFKA_TLS_EXPECTED'],
    [
      'TLS in answer to plain text',
      new NetworkError('failed', { cause: new UserError('Broker requires TLS.') }),
      'X_KAFKA_TLS_EXPECTED',
    ],
    [
      'a refused password',
      kafkajs('KafkaJSProtocolError', { type: 'SASL_AUTHENTICATION_FAILED' }),
      'X_KAFKA_LOGIN_REFUSED',
    ],
    [
      'the other client’s word for it',
      new NetworkError('failed', { cause: new AuthenticationError('failed', { cause: answered(58, 'invalid') }) }),
      'X_KAFKA_LOGIN_REFUSED',
    ],
    [
      'an exchange that went wrong',
      new NetworkError('failed', { cause: new AuthenticationError('Invalid server signature.') }),
      'X_KAFKA_LOGIN_REFUSED',
    ],
    [
      'a login that is not offered',
      kafkajs('KafkaJSProtocolError', { type: 'UNSUPPORTED_SASL_MECHANISM' }),
      'X_KAFKA_LOGIN_REFUSED',
    ],
    ['a listener without logins', answered(34, ''), 'X_KAFKA_LOGIN_REFUSED'],
    [
      'a socket’s error of ours',
      kafkajs('KafkaJSConnectionError', { code: 'X_KAFKA_LOGIN_REFUSED' }),
      'X_KAFKA_LOGIN_REFUSED',
    ],
    [
      'a token endpoint that is away',
      new NetworkError('failed', { cause: new AuthenticationError('threw', { cause: away }) }),
      'X_TOKEN_UNAVAILABLE',
    ],
  ])('%s', (_, error, code) => {
    expect(accessProblem(error)).toMatchObject({ code, unavailable: true });
    expect(classifyClientFailure(error)).toBe('shut-out');
    expect(clientError('asking', error)).toMatchObject({
      code,
      unavailable: true,
      disposition: { kind: code === 'X_TOKEN_UNAVAILABLE' ? 'retry' : 'halt' },
      message: expect.stringMatching(/^asking: /),
    });
  });

  it.each<[string, unknown]>([
    ['a refused connection', coded('ECONNREFUSED', { syscall: 'connect' })],
    ['a connection lost in the handshake', coded('ECONNRESET')],
    ['a broken TLS record', coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC')],
    ['a broker that fails inside', coded('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR')],
    [
      'a connection lost during a login',
      new NetworkError('failed', { cause: new AuthenticationError('failed', { cause: new NetworkError('closed') }) }),
    ],
    ['a missing permission', kafkajs('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED' })],
    ['nothing', undefined],
  ])('not %s', (_, error) => {
    expect(accessProblem(error)).toBeNull();
  });

  it('is told in the broker’s own words', () => {
    const error = new NetworkError('failed', {
      cause: new AuthenticationError('failed', {
        cause: answered(58, 'invalid credentials with SASL mechanism PLAIN'),
      }),
    });
    expect(accessProblem(error)?.message).toContain('invalid credentials with SASL mechanism PLAIN');
  });
});
