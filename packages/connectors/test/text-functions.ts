import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { isKnownEncoding } from '../src/kit/content-encoding.ts';
import { emailDomainOf, fieldsOf } from '../src/kit/document-fields.ts';
import type { Source } from '../src/kit/source.ts';
import { verify } from '../src/kit/verification/verify.ts';
import { bodyTypeOf, isJsonType, parseDocument } from '../src/kit/webhook-body.ts';
import { githubSource } from '../src/vendors/github/source.ts';
import { escapeMrkdwn, toMessage } from '../src/vendors/slack/message.ts';
import { slackSource } from '../src/vendors/slack/source.ts';
import { standardWebhooksSource } from '../src/vendors/standard-webhooks/source.ts';
import { stripeSource } from '../src/vendors/stripe/source.ts';
import { zendeskSource } from '../src/vendors/zendesk/source.ts';
import { normaliseTicket } from '../src/vendors/zendesk/source-normalise.ts';
import { aMeta } from './kit/a-meta.ts';
import { aDelivery } from './kit/sink/a-delivery.ts';

const aHeader = 'Node: 16 KB of all headers together';
const aBody = 'the body cap of its source';

/** A request whose signature header says this; the body is never hashed for one that is malformed. */
const verifying =
  ({ verification }: Source) =>
  (text: string): unknown => {
    const names = [verification.signature.header, 'webhook-id', 'webhook-timestamp', 'x-slack-request-timestamp'];
    const headers = names.map((name) => ({ name, value: text }));
    return verify(
      verification,
      { headers, body: Buffer.from(text) },
      { secrets: [{ keyId: 'a', secret: 'b' }], now: 0 },
    );
  };

const zendeskEvent = (text: string): ReturnType<typeof normaliseTicket> =>
  normaliseTicket(
    {
      type: 'zen:event-type:ticket.created',
      subject: text,
      time: text,
      detail: { id: '1', description: text, tags: text, requester: { email: text }, created_at: text },
    },
    aMeta('zendesk', { eventType: 'zen:event-type:ticket.created' }),
  );

/** All that reads strangers' text in this package. */
export const textFunctions: readonly TextFunction[] = [
  { name: 'isJsonType', bound: aHeader, run: isJsonType, texts: [hostileRun('application/+json')] },
  { name: 'bodyTypeOf', bound: aHeader, run: (text) => bodyTypeOf(text, [{ kind: 'json' }]) },
  { name: 'isKnownEncoding', bound: aHeader, run: isKnownEncoding, texts: [hostileRun('gzip,'), hostileRun('"')] },
  { name: 'parseDocument of JSON', bound: aBody, run: (text) => parseDocument(Buffer.from(text), { kind: 'json' }) },
  {
    name: 'parseDocument of a form',
    bound: aBody,
    run: (text) => parseDocument(Buffer.from(text), { kind: 'form' }),
    texts: [hostileRun('a&'), hostileRun('%41=%41'), hostileRun('=')],
  },
  { name: 'verify github', bound: aHeader, run: verifying(githubSource) },
  { name: 'verify slack', bound: aHeader, run: verifying(slackSource) },
  {
    name: 'verify standard-webhooks',
    bound: aHeader,
    run: verifying(standardWebhooksSource),
    texts: [hostileRun('v1,a ')],
  },
  {
    name: 'verify stripe',
    bound: aHeader,
    run: verifying(stripeSource),
    texts: [hostileRun('v1=a,'), hostileRun('t=1,')],
  },
  { name: 'verify zendesk', bound: aHeader, run: verifying(zendeskSource) },
  { name: 'emailDomainOf', bound: aBody, run: emailDomainOf, texts: [hostileRun('a@')] },
  { name: 'words of a field', bound: aBody, run: (text) => fieldsOf({ a: text }).words('/a') },
  { name: 'instant of a field', bound: aBody, run: (text) => fieldsOf({ a: text }).instant('/a') },
  { name: 'id of a field', bound: aBody, run: (text) => fieldsOf({ a: text }).id('/a') },
  { name: 'normalise zendesk', bound: aBody, run: zendeskEvent },
  { name: 'escapeMrkdwn', bound: 'Slack: 3,000 characters of a text', run: escapeMrkdwn },
  { name: 'a message for Slack', bound: aBody, run: (text) => toMessage(aDelivery({ subject: text })) },
];
