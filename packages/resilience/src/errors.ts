/** What can go wrong on the way out, and what fixes it. */
export const resilienceErrors = {
  X_HTTP_UNREACHABLE: 'The destination did not take the connection; waits behind the breaker until it does',
  X_HTTP_TLS: "The destination's certificate was not accepted; waits behind the breaker until it is renewed",
  X_HTTP_TIMEOUT: 'The destination took the request and did not answer in time; it may have acted on it',
  X_HTTP_RESET: 'The connection broke before the answer was whole; the destination may have acted on the request',
  X_HTTP_ABORTED: 'The caller gave up waiting; the destination may have acted on the request',
  X_HTTP_BLOCKED: 'The address is not one a destination may have; correct the base URL, or trust its origin explicitly',
  X_HTTP_REDIRECTED: 'The destination answered with a redirect, which is never followed; correct the base URL',
  X_HTTP_UNAUTHORIZED: 'The destination refuses our credentials; renew the secret, then resume the route',
  X_HTTP_FORBIDDEN: 'The credentials are good and may not do this; grant the permission, then redrive',
  X_HTTP_NOT_FOUND: 'What the record names does not exist at the destination',
  X_HTTP_CONFLICT: 'The destination holds another state than expected; read again and decide',
  X_HTTP_TOO_LARGE: 'The request is larger than the destination takes',
  X_HTTP_REJECTED: 'The destination will not take this request as it is',
  X_HTTP_RATE_LIMITED: 'The destination asks for fewer requests; the route pauses as long as it says',
  X_HTTP_SERVER: 'The destination failed; it may have acted on the request',
  X_HTTP_RESPONSE_TOO_LARGE: 'The answer is larger than the cap; the destination has probably acted on the request',
  X_HTTP_RESPONSE_UNREADABLE: 'The answer is not the format the destination documents; often a maintenance page',
  X_TOKEN_REFUSED:
    'The token endpoint does not give this client a token; the message says what it answered, its id, secret and scope are settings',
  X_TOKEN_UNAVAILABLE: 'The token endpoint does not answer; everything goes on by itself once it does',
  X_TOKEN_GRANT_OVER:
    'The authorization server says that a grant is over (invalid_grant): revoked, expired, or its refresh token was used already; authorise again',
  X_TOKEN_SIGNING_KEY:
    'A private key that signs for us cannot be read or does not fit its algorithm; correct the secret',
  X_TOKEN_AUTHORISATION_REFUSED:
    'An authorisation was denied, or its answer belongs to another one; begin it again and take the address of its own redirect',
  X_HTTP_UNEXPECTED: 'A failure nobody foresaw on the way to a destination; the cause says more',
} as const;

export type ResilienceErrorCode = keyof typeof resilienceErrors;
