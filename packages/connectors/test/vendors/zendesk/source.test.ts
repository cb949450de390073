import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { identityOf } from '../../../src/kit/identity.ts';
import { signRequest } from '../../../src/kit/verification/sign.ts';
import { verify } from '../../../src/kit/verification/verify.ts';
import { zendeskSource } from '../../../src/vendors/zendesk/source.ts';
import { aMeta } from '../../kit/a-meta.ts';
import { sourceLaws } from '../../kit/source-laws.ts';

sourceLaws({
  source: zendeskSource,
  secret: 'zendesk-signing-secret-0123456789',
  otherSecret: 'zendesk-other-secret-9876543210',
});

describe('Zendesk', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  const body = Buffer.from('{"type":"ticket.updated","id":"35438","ticket":{"id":"35438"}}');
  const secrets = [{ keyId: '1', secret: 'real' }];
  const request = (secret: string, invocation: string) => ({
    body,
    headers: Object.entries({
      'x-zendesk-webhook-invocation-id': invocation,
      ...signRequest(zendeskSource.verification, { secret, body, now }),
    }).map(([name, value]) => ({ name, value })),
  });
  const identity = (invocation: string) =>
    identityOf(zendeskSource, {
      view: { document: JSON.parse(body.toString()), header: () => invocation, query: new URLSearchParams() },
      bodySha256: 'same',
      signedSha256: 'signed',
      signedAt: now,
      policy: 'source',
      freshId: () => 'fresh',
    });

  const eventOf = (type: string, detail: object = {}) =>
    zendeskSource.normalise?.(
      {
        ...{ type: `zen:event-type:${type}`, zendesk_event_version: '2022-11-06', subject: 'zen:ticket:35436' },
        time: '2026-11-20T12:01:00Z',
        detail: { id: '35436', subject: 'SCRUBBED', description: '', status: 'OPEN', ...detail },
      },
      aMeta('zendesk', { eventType: type, receivedAt: now, actor: '900100', integrationActor: '900100' }),
    );
  it.each([
    ['ticket.soft_deleted', {}, 'soft', 'deleted'],
    ['ticket.permanently_deleted', { subject: null }, 'permanent', 'deleted'],
    ['ticket.marked_as_spam', {}, 'soft', 'spam'],
    ['ticket.merged', {}, 'soft', 'merged'],
    ['ticket.status_changed', { status: 'DELETED' }, 'soft', 'deleted'],
  ])('says of %s %p that the ticket is gone, whoever caused it', (type, detail, kind, reason) => {
    expect(eventOf(type, detail)).toMatchObject({
      items: [{ key: 'zendesk:35436', deletion: { kind, reason, at: Date.parse('2026-11-20T12:01:00Z') } }],
    });
  });
  it('says of a ticket that is restored what it says of any other, also that it is our own echo', () => {
    expect(eventOf('ticket.undeleted')).toEqual({ kind: 'filtered', reason: 'echo' });
    const made = zendeskSource.normalise?.(
      { type: 'zen:event-type:ticket.undeleted', detail: { id: '7', subject: 's' } },
      aMeta('zendesk', { eventType: 'ticket.undeleted', actor: '1' }),
    );
    expect(made).toMatchObject({ items: [{ key: 'zendesk:7', data: { subject: 's' } }] });
    expect(JSON.stringify(made)).not.toContain('deletion');
  });

  it('knows the vendor’s public test secret as a test, never as proof', () => {
    const test = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
    expect(verify(zendeskSource.verification, request(test, 'a'), { secrets, now }).kind).toBe('test');
  });
  it('does not verify the sample of the older page, which signs body before timestamp', () => {
    const at = Date.parse('2021-07-25T10:00:00Z');
    const secret = 'HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=';
    const old = Buffer.from('{"say": "hello"}');
    const signature = createHmac('sha256', secret).update(old).update('2021-07-25T10:00:00Z').digest('base64');
    expect(signature.startsWith('tRDSF7UR')).toBe(true);
    const headers = [
      { name: 'x-zendesk-webhook-signature', value: signature },
      { name: 'x-zendesk-webhook-signature-timestamp', value: '2021-07-25T10:00:00Z' },
    ];
    expect(
      verify(zendeskSource.verification, { body: old, headers }, { secrets: [{ keyId: '1', secret }], now: at }).kind,
    ).toBe('rejected');
  });
  it('never takes the id in a user-written trigger body for the id of the event', () => {
    expect(identity('first')).toMatchObject({ kind: 'header', replayProtected: false });
    expect(identity('first').value).toBe(identity('first').value);
    expect(identity('first').value).not.toBe(identity('second').value);
  });
  it('makes a ticket of whatever people wrote: its texts fit every table, a derived subject is cut between graphemes', () => {
    const family = '👨‍👩‍👧‍👦';
    const subjectOf = (subject: string | null, description: string): unknown => {
      const made = zendeskSource.normalise?.(
        {
          type: 'zen:event-type:ticket.created',
          detail: { id: '7', subject, description, tags: ['a\0', '\ud83d'], via: { channel: 'a\0' } },
        },
        aMeta('zendesk'),
      );
      if (made?.kind !== 'entities') throw new Error('no ticket');
      expect(JSON.stringify(made)).not.toMatch(/\\u(0000|d[89a-f])/);
      return made.items[0]?.data['subject'];
    };
    expect(subjectOf('Printer\0 error, order \ud83d late', 'x\0')).toBe('Printer\uFFFD error, order \uFFFD late');
    for (let before = 140; before <= 150; before += 1) {
      const start = 'x'.repeat(before);
      expect(subjectOf(null, `${start}${family} and more of the text\nsecond line`)).toBe(start);
    }
    expect(subjectOf(null, `a${'\u0301'.repeat(1_000_000)}`)).toHaveLength(150);
  });
  it('makes a ticket of an event with absurd times: none is guessed, and the attributes say what was stated', () => {
    const made = zendeskSource.normalise?.(
      {
        type: 'zen:event-type:ticket.created',
        time: '+275760-09-13T00:00:00.001Z',
        detail: { id: '7', subject: 's', created_at: '2026-02-30T00:00:00Z', updated_at: 1e30 },
      },
      aMeta('zendesk', { eventType: 'ticket.created' }),
    );
    expect(made).toMatchObject({
      items: [
        {
          // Not the time of receipt: that is the clock of one of several gateways.
          eventTime: null,
          data: {
            createdAt: null,
            updatedAt: null,
            attributes: {
              'invalid.time': '+275760-09-13T00:00:00.001Z',
              'invalid.createdAt': '2026-02-30T00:00:00Z',
              'invalid.updatedAt': '1e+30',
            },
          },
        },
      ],
    });
  });
  it('reads the times of a trigger in whatever form the template makes of them', () => {
    const made = zendeskSource.normalise?.(
      { ticket: { id: '7', subject: 's', createdAt: 1_795_161_600, updatedAt: '2026-11-20 09:00:00 +0100' } },
      aMeta('zendesk'),
    );
    const at = Date.parse('2026-11-20T08:00:00Z');
    expect(made).toMatchObject({ items: [{ eventTime: at, data: { createdAt: at, updatedAt: at } }] });
  });
});
