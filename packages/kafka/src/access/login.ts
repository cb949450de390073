import { requestToken } from '@millrace/resilience/client-credentials';
import { type AccessToken, createTokenSource, type TokenSource } from '@millrace/resilience/token-source';
import type { AccessSettings } from './access-settings.ts';
import { readSecret } from './secret-files.ts';

export type PasswordMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

/** How we say who we are. What is asked for is asked anew for each connection. */
export type Login =
  | {
      readonly mechanism: PasswordMechanism;
      username(): string;
      password(): string;
      /** Another text when the secret has changed. */
      fingerprint(): string;
    }
  | {
      readonly mechanism: 'OAUTHBEARER';
      token(): Promise<string>;
      readonly extensions: Readonly<Record<string, string>>;
      /** A broker did not want the token handed out last. */
      refused(): void;
      fingerprint(): string;
    };

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const;

/** Null where nobody logs in. */
export function createLogin(settings: AccessSettings, now: () => number): Login | null {
  const { saslMechanism = 'none', saslUsername = '', saslPassword = '', saslPasswordFile } = settings;
  if (saslMechanism === 'none') return null;
  if (saslMechanism === 'oauthbearer') return tokenLogin(settings, now);
  const password = (): string =>
    saslPasswordFile === undefined ? saslPassword : trimEnd(readSecret('saslPasswordFile', saslPasswordFile));
  return { mechanism: mechanisms[saslMechanism], username: () => saslUsername, password, fingerprint: password };
}

function tokenLogin(settings: AccessSettings, now: () => number): Login {
  const { saslTokenFile, saslExtensions = [] } = settings;
  const extensions = Object.fromEntries(
    saslExtensions.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );
  if (saslTokenFile !== undefined) {
    const read = (): string => readSecret('saslTokenFile', saslTokenFile).trim();
    return {
      mechanism: 'OAUTHBEARER',
      extensions,
      token: async () => read(),
      refused: () => undefined,
      fingerprint: read,
    };
  }
  const source = endpointSource(settings, now);
  let last: AccessToken | null = null;
  return {
    mechanism: 'OAUTHBEARER',
    extensions,
    token: async () => {
      last = await source.token(neverAborted);
      return last.value;
    },
    refused: () => {
      if (last !== null) source.refused(last);
    },
    fingerprint: () => '',
  };
}

function endpointSource(settings: AccessSettings, now: () => number): TokenSource {
  const {
    saslTokenUrl: url = '',
    saslTokenClientId: clientId = '',
    saslTokenClientSecret: clientSecret = '',
  } = settings;
  const { saslTokenScope: scope, saslTokenAudience: audience, saslTokenCaFile: caFile } = settings;
  const credentials = { url, clientId, clientSecret, scope, audience, caFile };
  return createTokenSource({ request: () => requestToken(credentials, now), now });
}

/** A connection's own time limit ends the wait for a token. */
const neverAborted = new AbortController().signal;

/** Editors and `echo` end a file with a line break that is no part of a password. */
const trimEnd = (text: string): string => text.replace(/\r?\n$/, '');
