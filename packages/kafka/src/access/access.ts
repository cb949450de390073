import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { CodedError } from '@millrace/messaging';
import { type Logger, names, type ReadinessState } from '@millrace/service';
import { accessProblem } from './access-problem.ts';
import { type AccessSettings, accessEnv } from './access-settings.ts';
import { createCertificates } from './certificates.ts';
import { createLogin, type Login } from './login.ts';

/**
 * How every connection of a process gets in at the brokers, and whether they do. A client tells it of each that got in
 * or was turned away, and asks before the next: one that was turned away is tried again ever more slowly, by all
 * together, and at once when the files with its secrets have changed. So a wrong password is no storm of logins that
 * locks an account, and mends itself.
 */
export interface Access {
  readonly isTls: boolean;
  readonly login: Login | null;
  /** What a TLS connection to this host is made with. Throws `X_KAFKA_CREDENTIALS_UNREADABLE`. */
  tls(host: string): TlsOptions;
  /** Throws what the broker there has answered lately; it would answer the same. */
  admit(address: string): void;
  granted(address: string): void;
  /** Any error of a connection; those that do not say that we are not let in change nothing. */
  failed(address: string, error: unknown): void;
  /** Not ready while a broker that is wanted does not let us in, with the reason. */
  readiness(): ReadinessState;
}

export interface TlsOptions {
  readonly secureContext: SecureContext;
  /** Whose certificate it must be; the name is also told to the broker, which an address may not be. */
  readonly host: string;
  readonly servername?: string;
}

export interface AccessOptions {
  readonly logger: Logger;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Refusal {
  readonly error: CodedError;
  readonly tries: number;
  /** Nobody tries before, unless the secrets are others by then. */
  readonly until: number;
  readonly secrets: string;
  readonly loggedAt: number;
  /** When somebody wanted to connect last: a broker that has left the cluster is forgotten. */
  wantedAt: number;
}

/** For what is known of no broker in particular. */
export const someBroker = 'the brokers';
const shortestWaitMs = 1_000;
const longestWaitMs = 15_000;
const forgottenAfterMs = 120_000;
const logAgainMs = 60_000;

export function createAccess(settings: AccessSettings, { logger, monotonic, now }: AccessOptions): Access {
  const certificates = createCertificates(settings);
  const login = createLogin(settings, now);
  const isTls = settings.tls === true;
  const refusals = new Map<string, Refusal>();

  const secrets = (): string => {
    try {
      return `${isTls ? certificates.fingerprint() : ''}\n${login?.fingerprint() ?? ''}`;
    } catch (error) {
      return String(error);
    }
  };

  const failed = (address: string, error: unknown): void => {
    const problem = accessProblem(error);
    if (problem === null || isKnown(address, problem)) return;
    if (login?.mechanism === 'OAUTHBEARER' && problem.code === 'X_KAFKA_LOGIN_REFUSED') login.refused();
    const before = refusals.get(address);
    const time = monotonic();
    const tries = (before?.tries ?? 0) + 1;
    const isNews = before?.error.code !== problem.code || time - before.loggedAt >= logAgainMs;
    if (isNews) logger.error({ err: problem, broker: address, tries }, names.logs.kafka.shutOut);
    refusals.set(address, {
      error: problem,
      tries,
      until: time + Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(tries - 1, 10)),
      secrets: secrets(),
      loggedAt: isNews ? time : before.loggedAt,
      wantedAt: time,
    });
  };

  /** Told again what `admit` threw, or of no broker in particular what one has answered. */
  const isKnown = (address: string, { code, message }: CodedError): boolean => {
    if (address === someBroker) return [...refusals.values()].some(({ error }) => error.code === code);
    const known = refusals.get(address);
    return known !== undefined && known.error.message === message && monotonic() < known.until && !hasChanged(known);
  };

  const hasChanged = (refusal: Refusal): boolean => refusal.secrets !== secrets();

  return {
    isTls,
    login,
    tls: (host) => ({
      secureContext: certificates.context(),
      host,
      ...servernameOf(settings.tlsServerName ?? host),
    }),
    admit(address) {
      const refusal = refusals.get(address);
      if (refusal === undefined) return;
      refusal.wantedAt = monotonic();
      if (monotonic() < refusal.until && !hasChanged(refusal)) throw refusal.error;
    },
    granted(address) {
      const wasShutOut = refusals.delete(address) || refusals.has(someBroker);
      refusals.delete(someBroker);
      if (wasShutOut) logger.info({ broker: address }, names.logs.kafka.letIn);
    },
    failed,
    readiness() {
      for (const [address, { wantedAt }] of refusals)
        if (monotonic() - wantedAt > forgottenAfterMs) refusals.delete(address);
      const [first] = refusals;
      if (first === undefined) return { ok: true };
      const [address, { error }] = first;
      return { ok: false, reason: `${error.code}: ${address}: ${error.message}` };
    },
  };
}

// An address is no name: TLS has no way to ask for it, and the check takes it from the host.
const servernameOf = (name: string): { readonly servername?: string } => (isIP(name) ? {} : { servername: name });

/** What is allowed and hardly meant: said once at start. */
export function accessWarnings({ tls, saslMechanism = 'none', saslTokenUrl }: AccessSettings): readonly string[] {
  const warnings: string[] = [];
  if (tls !== true && (saslMechanism === 'plain' || saslMechanism === 'oauthbearer'))
    warnings.push(
      `${accessEnv.saslMechanism}=${saslMechanism} without ${accessEnv.tls}: whoever sees the connection to Kafka has the ${saslMechanism === 'plain' ? 'password' : 'token'}`,
    );
  if (saslTokenUrl !== undefined && /^http:/i.test(saslTokenUrl))
    warnings.push(`${accessEnv.saslTokenUrl} is not https: whoever sees the connection has the client secret`);
  return warnings;
}

/** Plain text and no login. */
export const openAccess: Access = {
  isTls: false,
  login: null,
  tls: () => {
    throw new Error('this access has no TLS');
  },
  admit: () => undefined,
  granted: () => undefined,
  failed: () => undefined,
  readiness: () => ({ ok: true }),
};
