import { retry } from '@millrace/messaging';
import { parseRetryAfter } from '@millrace/resilience/classify-http';
import type { OutboundResponse } from '@millrace/resilience/outbound';
import { OutboundError } from '@millrace/resilience/outbound-error';
import { requireSuccess } from '../../kit/sink-answers.ts';

/** What Zendesk alone says, and what fixes it; its other answers mean what any HTTP API's do. */
export const zendeskErrors = {
  X_ZENDESK_TICKET_LIMIT:
    'Zendesk takes no more updates of this one ticket for a while (30 within ten minutes); its records wait in order, all others go on',
} as const;

/** Limits of an account and of an endpoint are counted by the minute, so none of them asks for more. */
const longestAccountWaitMs = 60_000;

/** Success, or the coded failure. A 429 is the account's, and everybody's, unless it can only be the ticket's. */
export function requireZendeskSuccess(response: OutboundResponse, target: string, now: number): OutboundResponse {
  if (response.status !== 429 || !isTicketLimit(response, now)) return requireSuccess(response, target, now);
  throw new OutboundError('X_ZENDESK_TICKET_LIMIT', `${target} answered 429 for this ticket`, {
    disposition: retry(parseRetryAfter(response.headers['retry-after'], now)),
    applied: 'no',
    refusal: { scope: 'key', answer: '429' },
  });
}

/**
 * Zendesk limits updates per ticket and user beside those per account and per endpoint, and one status says all three.
 * Its headers count the latter two. One of them used up: that is it. Else a wait longer than any of them asks for, or the
 * endpoint's own count with room left, leaves the ticket's. Told by nothing, it is the account's.
 */
function isTicketLimit({ headers }: OutboundResponse, now: number): boolean {
  const account = [headers['x-rate-limit-remaining'], headers['ratelimit-remaining']].flatMap(counted);
  const endpoint = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('zendesk-ratelimit-') ? counted(/(?:^|;)\s*remaining=(\d+)/.exec(value)?.[1]) : [],
  );
  if ([...account, ...endpoint].some((left) => left === 0)) return false;
  return endpoint.length > 0 || (parseRetryAfter(headers['retry-after'], now) ?? 0) > longestAccountWaitMs;
}

function counted(text: string | undefined): number[] {
  return text !== undefined && /^\d+$/.test(text.trim()) ? [Number(text)] : [];
}
