import { retry } from '@millrace/messaging';
import { classifyHttp, parseRetryAfter } from '../classify-http.ts';
import type { OutboundResponse } from '../outbound.ts';
import { OutboundError } from '../outbound-error.ts';

/** What one vendor calls things in the answers of its token endpoint. */
export interface AnswerNames {
  /** Errors by which it says, beside `invalid_grant`, that a grant is over. */
  readonly grantOver?: readonly string[];
  /** What else of its answer is kept beside the tokens, by dotted path: `instance_url`, `team.id`. */
  readonly details?: readonly string[];
}

/** What a token endpoint gave. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Null where there is none, or the one that was shown stays good. */
  readonly refreshToken: string | null;
  /** For how long the access token is good, from when it was asked for; null where the endpoint does not say. */
  readonly lifeMs: number | null;
  /** Null where they are those that were asked for. */
  readonly scopes: readonly string[] | null;
  readonly details: Readonly<Record<string, string>>;
}

interface AnswerContext {
  readonly host: string;
  readonly now: number;
  readonly names: AnswerNames;
}

type Json = Readonly<Record<string, unknown>>;

/** No token is believed to be good for longer, whatever its endpoint says. */
const longestLifeMs = 365 * 86_400_000;
const longestDetail = 1_024;
const later = new Set([408, 425, 429]);

/**
 * The answer as RFC 6749 §5 has it, which the protocol library demands and many a vendor does not keep to: an error with
 * status 200, no token type, a life that is a text. An endpoint that is away throws.
 */
export function readableAnswer({ status, headers, body }: OutboundResponse, context: AnswerContext): Response {
  if (later.has(status) || status >= 500) {
    throw unavailable(`${context.host} answered ${status}`, {
      afterMs: parseRetryAfter(headers['retry-after'], context.now),
      applied: status >= 500 ? 'unknown' : 'no',
    });
  }
  const said = parse(body.toString('utf8'));
  const error = errorOf(said);
  const isError = status !== 200 || (error !== null && said['access_token'] === undefined);
  const told = isError ? { ...(error === null ? {} : { error: generalName(error, context.names) }) } : granted(said);
  return new Response(JSON.stringify(told), {
    status: isError && status === 200 ? 400 : status,
    headers: { 'content-type': 'application/json' },
  });
}

/** Of an answer that the protocol library has accepted. */
export function issuedTokens(answer: Json, { details = [] }: AnswerNames): IssuedTokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: life, scope } = answer;
  const kept = details.flatMap((path) => {
    const value = pick(answer, path);
    return value === null ? [] : [[path, value] as const];
  });
  return {
    accessToken: String(accessToken),
    refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
    lifeMs: typeof life === 'number' ? Math.min(life * 1_000, longestLifeMs) : null,
    scopes: typeof scope === 'string' ? scope.split(/[ ,]/).filter((one) => one !== '') : null,
    details: Object.fromEntries(kept),
  };
}

/** The endpoint gave nothing that can be used, and may later. */
export function unavailable(
  said: string,
  options: { readonly afterMs?: number | undefined; readonly applied: 'no' | 'unknown'; readonly cause?: unknown },
): OutboundError {
  return new OutboundError('X_TOKEN_UNAVAILABLE', `no token: ${said}`, {
    disposition: retry(options.afterMs),
    unavailable: true,
    applied: options.applied,
    cause: options.cause,
  });
}

// An ID token says who somebody is, which nobody here asks; checking it would need the keys of its issuer.
function granted({ id_token: _, ...said }: Json): Json {
  const { expires_in: life, token_type: type, refresh_token: refreshToken, scope, ...rest } = said;
  const seconds = Number(life);
  return {
    ...rest,
    ...(isHeaderText(rest['access_token']) ? {} : { access_token: undefined }),
    // Vendors write what they like (`bot`, `user`); all of them are shown as bearer tokens.
    token_type: typeof type === 'string' && type.toLowerCase() === 'dpop' ? type : 'bearer',
    ...(seconds > 0 ? { expires_in: Math.min(seconds, longestLifeMs / 1_000) } : {}),
    ...(typeof refreshToken === 'string' && refreshToken !== '' ? { refresh_token: refreshToken } : {}),
    ...(typeof scope === 'string' ? { scope } : {}),
  };
}

/** A token with anything else could not be sent. */
const isHeaderText = (token: unknown): boolean =>
  typeof token === 'string' && token.length <= 32_768 && /^[\x21-\x7e]+$/.test(token);

function pick(answer: Json, path: string): string | null {
  let value: unknown = answer;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Json)[name];
  }
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null;
  return text === null || text.length > longestDetail ? null : text;
}

function parse(text: string): Json {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}

/** One of the names of RFC 6749 §5.2 or a vendor's own; anything else that an endpoint writes stays out of messages. */
const errorOf = ({ error }: Json): string | null =>
  typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : null;

const generalName = (error: string, { grantOver = [] }: AnswerNames): string =>
  grantOver.includes(error) ? 'invalid_grant' : error;

/** For what was thrown on the way: the way out's own errors say whether the endpoint may have acted. */
export const classifyThrown = (thrown: unknown, host: string, now: number): OutboundError =>
  classifyHttp({ thrown }, { target: host, now });
