import { CodedError, halt, isCodedError, retry } from '@millrace/messaging';
import { accessEnv } from './access-settings.ts';

/** Why the brokers do not let us in. Nothing is wrong with what was asked for, and asking again mends nothing until somebody does. */
export type AccessCode =
  | 'X_KAFKA_LOGIN_REFUSED'
  | 'X_KAFKA_CERTIFICATE_UNTRUSTED'
  | 'X_KAFKA_CERTIFICATE_REFUSED'
  | 'X_KAFKA_TLS_EXPECTED'
  | 'X_KAFKA_CREDENTIALS_UNREADABLE'
  /** Of the token endpoint, which stands before the brokers. */
  | 'X_TOKEN_REFUSED'
  | 'X_TOKEN_UNAVAILABLE';

const accessCodes: ReadonlySet<string> = new Set<AccessCode>([
  'X_KAFKA_LOGIN_REFUSED',
  'X_KAFKA_CERTIFICATE_UNTRUSTED',
  'X_KAFKA_CERTIFICATE_REFUSED',
  'X_KAFKA_TLS_EXPECTED',
  'X_KAFKA_CREDENTIALS_UNREADABLE',
  'X_TOKEN_REFUSED',
  'X_TOKEN_UNAVAILABLE',
]);

/** For everyone who waits for Kafka it is an outage; for an operator it is a setting, a certificate or a user to mend. */
export function accessError(code: AccessCode, message: string, cause?: unknown): CodedError {
  return new CodedError(code, message, {
    disposition: code === 'X_TOKEN_UNAVAILABLE' ? retry() : halt,
    unavailable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

const { tls, tlsCaFile, tlsServerName, tlsCertificateFile, saslMechanism, saslUsername, saslPassword } = accessEnv;

/** OpenSSL's names for a certificate that was not accepted here, and Node's for one of somebody else's name. */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** The broker's word on us, in an alert: our certificate, its absence, or nothing that both sides speak. */
const alert = /^ERR_SSL_.*ALERT_(?!INTERNAL_ERROR|USER_CANCEL|CLOSE)/;
const noTlsThere: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

/** What the client calls a connection that a broker closed because its own listener speaks TLS. */
const wantsTls = /requires TLS/;

interface Thrown {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly apiId?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly serverErrorMessage?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** What of an error, whatever wrapped it, says that we are not let in; null when it is about something else. */
export function accessProblem(error: unknown): CodedError | null {
  let current: unknown = error;
  let wrapper: Thrown | null = null;
  let last: Thrown | null = null;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const thrown = current as Thrown;
    const problem = problemOf(thrown);
    if (problem !== null) return problem;
    // A login is said to have failed for whatever ended it, a lost connection too.
    if (thrown.code === 'PLT_KFK_AUTHENTICATION') wrapper = thrown;
    else if (wrapper !== null && isOutage(thrown)) return null;
    last = thrown;
    current = thrown.cause ?? (Array.isArray(thrown.errors) ? thrown.errors[0] : undefined);
  }
  return wrapper === null || last === null ? null : loginRefused(textOf(last), error);
}

const isOutage = ({ code, syscall }: Thrown): boolean =>
  code === 'PLT_KFK_NETWORK' || code === 'PLT_KFK_TIMEOUT' || typeof syscall === 'string';

function problemOf(thrown: Thrown): CodedError | null {
  const { name, code, apiId, type = apiId } = thrown;
  if (typeof code === 'string') {
    if (isCodedError(thrown)) return accessCodes.has(code) ? thrown : null;
    const text = textOf(thrown);
    // A client that hands on nothing of a socket's error but its code and its text.
    if (accessCodes.has(code)) return accessError(code as AccessCode, text.replace(/^Connection error: /, ''));
    if (untrusted.has(code))
      return accessError(
        'X_KAFKA_CERTIFICATE_UNTRUSTED',
        `the broker’s certificate is not accepted (${code}: ${text}); see ${tlsCaFile} and ${tlsServerName}`,
        thrown,
      );
    if (alert.test(code))
      return accessError(
        'X_KAFKA_CERTIFICATE_REFUSED',
        `the broker ends the TLS handshake (${code}); it wants a certificate that it knows, see ${tlsCertificateFile}`,
        thrown,
      );
    if (noTlsThere.has(code))
      return accessError('X_KAFKA_TLS_EXPECTED', `the broker’s listener does not speak TLS; see ${tls}`, thrown);
    if (code === 'PLT_KFK_USER' && wantsTls.test(text)) return listenerSpeaksTls(thrown);
  }
  if (type === 'UNSUPPORTED_SASL_MECHANISM')
    return accessError(
      'X_KAFKA_LOGIN_REFUSED',
      `the broker’s listener does not offer this login; see ${saslMechanism}`,
      thrown,
    );
  if (type === 'ILLEGAL_SASL_STATE')
    return accessError(
      'X_KAFKA_LOGIN_REFUSED',
      `the broker’s listener takes no login at this point; see ${saslMechanism} and the port of the brokers`,
      thrown,
    );
  if (type === 'SASL_AUTHENTICATION_FAILED' || name === 'KafkaJSSASLAuthenticationError')
    return loginRefused(textOf(thrown), thrown);
  return null;
}

export const listenerSpeaksTls = (cause?: unknown): CodedError =>
  accessError('X_KAFKA_TLS_EXPECTED', `the broker’s listener speaks TLS; see ${tls}`, cause);

export const loginRefused = (said: string, cause?: unknown): CodedError =>
  accessError(
    'X_KAFKA_LOGIN_REFUSED',
    `the broker refuses the login (${said}); see ${saslMechanism} and ${saslUsername} with ${saslPassword}, or the token’s settings`,
    cause,
  );

/** The broker's own words where a client keeps them apart from its own. */
const textOf = ({ serverErrorMessage, message }: Thrown): string =>
  [serverErrorMessage, message].filter((each) => typeof each === 'string' && each !== '').map(String)[0] ??
  'no reason given';
