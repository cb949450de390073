import { describe, expect, it } from '@jest/globals';
import { requireZendeskSuccess } from '../../../src/vendors/zendesk/errors.ts';

const meaningOf = (headers: Readonly<Record<string, string>>, status = 429): unknown => {
  try {
    requireZendeskSuccess({ status, headers, body: Buffer.from('{}') }, 'Zendesk PUT ticket.json', 0);
    return 'success';
  } catch (error) {
    const { code, refusal } = error as { readonly code: string; readonly refusal: { readonly scope: string } | null };
    return [code, refusal?.scope];
  }
};
const account = ['X_HTTP_RATE_LIMITED', 'everyone'];
const ticket = ['X_ZENDESK_TICKET_LIMIT', 'key'];

describe('what Zendesk means by 429', () => {
  it.each([
    ['the account has none left', { 'x-rate-limit-remaining': '0', 'retry-after': '40' }, account],
    ['the account has none left, asked to wait long', { 'ratelimit-remaining': '0', 'retry-after': '600' }, account],
    [
      'the endpoint has none left',
      { 'x-rate-limit-remaining': '60', 'zendesk-ratelimit-tickets-update': 'total=100; remaining=0; resets=41' },
      account,
    ],
    [
      'account and endpoint have room',
      { 'x-rate-limit-remaining': '60', 'zendesk-ratelimit-tickets-update': 'total=100; remaining=9; resets=41' },
      ticket,
    ],
    ['asked to wait longer than any limit by the minute', { 'retry-after': '61' }, ticket],
    ['the same, and the account has room', { 'x-rate-limit-remaining': '60', 'retry-after': '600' }, ticket],
    [
      'the account has room, and nothing tells of the endpoint',
      { 'x-rate-limit-remaining': '60', 'retry-after': '30' },
      account,
    ],
    ['nothing tells', {}, account],
    ['what tells is unreadable', { 'x-rate-limit-remaining': 'some', 'retry-after': 'soon' }, account],
  ])('%s', (_, headers, meaning) => {
    expect(meaningOf(headers)).toEqual(meaning);
  });

  it('leaves every other answer to the table of statuses', () => {
    expect(meaningOf({ 'retry-after': '600' }, 503)).toEqual(['X_HTTP_SERVER', undefined]);
    expect(meaningOf({ 'retry-after': '600' }, 422)).toEqual(['X_HTTP_REJECTED', 'record']);
    expect(meaningOf({}, 204)).toBe('success');
  });
});
