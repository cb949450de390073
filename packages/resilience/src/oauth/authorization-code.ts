import { CodedError, halt } from '@millrace/messaging';
import { askTokens } from './grants.ts';
import type { IssuedTokens } from './token-answer.ts';
import { protocol, type TokenEndpoint, type TokenRequestOptions } from './token-endpoint.ts';

/** Where somebody with a browser says yes. */
export interface AuthorizationEndpoint extends TokenEndpoint {
  readonly authorizeUrl: string;
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
  /** A space when absent, as RFC 6749 has it. */
  readonly scopeSeparator?: ' ' | ',';
  /** What the vendor wants beside: `access_type`, `audience`, `prompt`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** An authorisation that was begun. All but the URL is secret until it is finished. */
export interface BegunAuthorization {
  readonly url: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** The address that the browser was sent back to, or the code alone, where nobody saw that address. */
export type AuthorizationAnswer = { readonly redirectedTo: string } | { readonly code: string };

/** Authorization code with PKCE (RFC 7636, S256) and a state. */
export async function beginAuthorization(endpoint: AuthorizationEndpoint): Promise<BegunAuthorization> {
  const { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } = await protocol();
  const [state, codeVerifier] = [generateRandomState(), generateRandomCodeVerifier()];
  const url = new URL(endpoint.authorizeUrl);
  const parameters = {
    ...endpoint.parameters,
    response_type: 'code',
    client_id: endpoint.clientId,
    redirect_uri: endpoint.redirectUrl,
    ...(endpoint.scopes.length === 0 ? {} : { scope: endpoint.scopes.join(endpoint.scopeSeparator ?? ' ') }),
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, state, codeVerifier };
}

/** Takes only the answer to this very authorisation: its state, and the issuer where one is known. Each code is good once. */
export async function finishAuthorization(
  endpoint: AuthorizationEndpoint,
  begun: BegunAuthorization & { readonly answer: AuthorizationAnswer },
  options: TokenRequestOptions,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const { authorizationCodeGrantRequest, validateAuthResponse } = await protocol();
  const given = answerParameters(begun);
  // Without an issuer that was declared there is nothing to compare it with; the state binds the answer to its server.
  if (endpoint.issuer === undefined) given.delete('iss');
  return askTokens(endpoint, options, signal, async ({ server, client, authentication, options: requested }) => {
    const parameters = (() => {
      try {
        return validateAuthResponse(server, client, given, begun.state);
      } catch (thrown) {
        throw refusedAuthorisation(thrown);
      }
    })();
    if (!parameters.get('code')) throw notAccepted('there is no code in the address of the redirect');
    return authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      endpoint.redirectUrl,
      begun.codeVerifier,
      requested,
    );
  });
}

function answerParameters({
  answer,
  state,
}: {
  readonly answer: AuthorizationAnswer;
  readonly state: string;
}): URLSearchParams {
  // Who brings a code alone has no state; the code verifier still binds it to us.
  if ('code' in answer) return new URLSearchParams({ code: answer.code, state });
  const url = URL.parse(answer.redirectedTo);
  if (url === null) throw notAccepted('expected the whole address that the browser was sent back to');
  return url.searchParams;
}

function refusedAuthorisation(thrown: unknown): CodedError {
  const { error } = thrown as { readonly error?: unknown };
  if (typeof error === 'string')
    return notAccepted(`the authorization server says ${/^[a-z_]{1,60}$/.test(error) ? error : 'no'}`);
  return notAccepted('the state or issuer in the address of the redirect is not that of this authorisation');
}

const notAccepted = (said: string): CodedError =>
  new CodedError('X_TOKEN_AUTHORISATION_REFUSED', `not authorised: ${said}; begin again`, { disposition: halt });
