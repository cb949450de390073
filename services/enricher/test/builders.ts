import { readFileSync } from 'node:fs';
import { aTicketEntity, receivedTicket } from '@millrace/conformance/builders';
import type { EntityReceived, Issue, Ticket, Topic, WebhookReceived } from '@millrace/contracts';
import { CodedError, deadLetter, type Serde } from '@millrace/messaging';

interface Sample {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A vendor's sample from its connector's folder. */
export function sampleOf(path: string): Sample {
  const url = new URL(`../../../packages/connectors/src/vendors/${path}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Sample;
}

export function aWebhook(path: string, over: Partial<WebhookReceived> = {}): WebhookReceived {
  const { headers, body } = sampleOf(path);
  const connector = path.split('/')[0] ?? '';
  return {
    source: connector,
    connector,
    receivedAt: 1_795_170_000_000,
    method: 'POST',
    path: `/v1/webhooks/${connector}`,
    query: '',
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    remoteAddress: null,
    body: Buffer.from(JSON.stringify(body)),
    bodyRef: null,
    bodySha256: '',
    verification: { verdict: 'verified', keyId: null, scheme: connector, replayProtected: true },
    identity: { kind: 'pointer', value: '1' },
    eventType: null,
    subject: null,
    actor: null,
    occurredAt: null,
    dedupe: 'checked',
    ...over,
  };
}

export const ticketCreated = 'zendesk/samples/event-ticket-created.json';
export const issueOpened = 'github/samples/issues-opened.json';

/** A webhook about an issue of this repository. */
export function anIssueOf(repository: string): WebhookReceived {
  const { body } = sampleOf(issueOpened) as { readonly body: { readonly repository: object } };
  const changed = { ...body, repository: { ...body.repository, full_name: repository } };
  return aWebhook(issueOpened, { eventType: 'issues', body: Buffer.from(JSON.stringify(changed)) });
}

export { anEnvelope } from '@millrace/conformance/builders';

export const aTicket = (over: Partial<Ticket> = {}): EntityReceived<Ticket> => ({
  ...receivedTicket,
  entity: aTicketEntity(over),
});

export function anIssue(over: Partial<Issue> = {}): EntityReceived<Issue> {
  const entity: Issue = {
    id: '7',
    number: 42,
    repository: 'acme/mill',
    title: 'Retries',
    body: null,
    state: 'open',
    labels: [],
    author: null,
    action: 'opened',
    url: null,
    createdAt: null,
    updatedAt: null,
    attributes: {},
    ...over,
  };
  return { sequence: null, receivedAt: 1_795_170_000_000, source: 'github', raw: null, deletion: null, entity };
}

/** Bare Avro, without a registry: the codecs alone. */
export const bareSerde: Serde = {
  pin: async () => {},
  encode: (topic, value) => topic.encode(value),
  decode: <T>(topic: Topic<T>, bytes: Buffer): T => {
    try {
      return topic.decode(bytes);
    } catch (cause) {
      throw new CodedError('X_TEST_DECODE', 'undecodable', { disposition: deadLetter, step: 'decode', cause });
    }
  },
};

export async function rejectionOf(work: Promise<unknown> | (() => unknown)): Promise<CodedError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const never: AbortSignal = new AbortController().signal;
