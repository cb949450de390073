import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Applied } from './simulator-tickets.ts';

export interface WebhookTarget {
  /** Where the account's webhook points; null for none. */
  readonly url: string | null;
  readonly signingSecret: string;
  readonly accountId: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Fires the account's event-mode webhooks: signed, one event each, with Zendesk's own patience. */
export interface WebhookSender {
  fire(applied: Applied): void;
  state(): { readonly waiting: number; readonly sent: number; readonly failed: number };
  close(): Promise<void>;
}

const senders = 4;
const mostWaiting = 20_000;
const timeoutMs = 12_000;
const mostTries = 5;
const waitBetweenMs = 1_000;

export function createWebhookSender(target: WebhookTarget): WebhookSender {
  const queue: object[] = [];
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let sent = 0;
  let failed = 0;

  const deliver = async (event: object): Promise<boolean> => {
    for (let tries = 1; tries <= mostTries && !closing.signal.aborted; tries += 1) {
      const answer = await post(target, event, closing.signal).catch(() => null);
      if (answer?.ok === true) return true;
      if (answer !== null && !isWorthRepeating(answer)) return false;
      const asked = Number(answer?.headers.get('retry-after') ?? 0) * 1000;
      await sleep(Math.max(asked, waitBetweenMs), undefined, { signal: closing.signal }).catch(() => undefined);
    }
    return false;
  };
  const work = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined && !closing.signal.aborted; event = queue.shift()) {
      if (await deliver(event)) sent += 1;
      else failed += 1;
    }
  };

  return {
    fire(applied) {
      if (target.url === null || closing.signal.aborted) return;
      const event = toEvent(applied, target.accountId);
      if (event === null) return;
      if (queue.length >= mostWaiting) {
        failed += 1;
        return;
      }
      queue.push(event);
      if (running.size >= senders) return;
      const worker = work().finally(() => running.delete(worker));
      running.add(worker);
    },
    state: () => ({ waiting: queue.length, sent, failed }),
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

/** Zendesk repeats a timeout, a 409, and a 429 or 503 whose Retry-After is under a minute. */
function isWorthRepeating(answer: Response): boolean {
  if (answer.status === 409) return true;
  if (answer.status !== 429 && answer.status !== 503) return false;
  return Number(answer.headers.get('retry-after') ?? 0) < 60;
}

async function post(target: WebhookTarget, event: object, closing: AbortSignal): Promise<Response> {
  const body = JSON.stringify(event);
  const timestamp = new Date(target.now()).toISOString();
  const answer = await fetch(target.url ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Zendesk Webhook',
      'x-zendesk-account-id': String(target.accountId),
      'x-zendesk-webhook-id': '01MILLRACESIMULATOR0000000',
      'x-zendesk-webhook-invocation-id': ulid(`${timestamp}${body}`, target.now()),
      'x-zendesk-webhook-signature': createHmac('sha256', target.signingSecret)
        .update(timestamp)
        .update(body)
        .digest('base64'),
      'x-zendesk-webhook-signature-timestamp': timestamp,
    },
    body,
    signal: AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]),
  });
  await answer.arrayBuffer();
  return answer;
}

/**
 * The event that Zendesk would send; null when nothing it has an event for has changed.
 * Of several changes in one update the account here subscribes to the weightiest, so one update is one event.
 */
export function toEvent({ ticket, audit }: Applied, accountId: number): object | null {
  const [type, event] = weightiest({ ticket, audit });
  if (type === null) return null;
  return {
    account_id: accountId,
    detail: {
      actor_id: String(audit.author_id),
      assignee_id: textOf(ticket.assignee_id),
      brand_id: null,
      created_at: ticket.created_at,
      custom_status: null,
      description: ticket.description,
      external_id: null,
      form_id: null,
      group_id: textOf(ticket.group_id),
      id: String(ticket.id),
      is_public: audit.comment?.public ?? true,
      organization_id: null,
      priority: ticket.priority?.toUpperCase() ?? null,
      requester_id: String(ticket.requester_id),
      status: ticket.status.toUpperCase(),
      subject: ticket.subject,
      submitter_id: String(ticket.requester_id),
      tags: ticket.tags,
      type: ticket.type?.toUpperCase() ?? null,
      updated_at: ticket.updated_at,
      via: { channel: 'api' },
    },
    event,
    // The same update is the same event, also when it is told after a restart.
    id: ulid(`event ${audit.id} ${ticket.id}`, Date.parse(audit.created_at)),
    subject: `zen:ticket:${ticket.id}`,
    time: audit.created_at,
    type: `zen:event-type:ticket.${type}`,
    zendesk_event_version: '2022-11-06',
  };
}

function weightiest({ ticket, audit }: Applied): readonly [type: string | null, event: object] {
  const changed = new Set(audit.events.map(({ field_name }) => field_name));
  if (audit.comment !== null) {
    const { id, body, public: isPublic } = audit.comment;
    return [
      'comment_added',
      { comment: { id: String(id), body, is_public: isPublic, author: { id: String(audit.author_id) } } },
    ];
  }
  if (changed.has('status')) return ['status_changed', { current: ticket.status.toUpperCase(), previous: null }];
  if (changed.has('priority'))
    return ['priority_changed', { current: ticket.priority?.toUpperCase() ?? null, previous: null }];
  if (changed.has('group_id'))
    return ['group_assignment_changed', { current: textOf(ticket.group_id), previous: null }];
  if (changed.has('tags')) return ['tags_changed', { tags_added: ticket.tags, tags_removed: [] }];
  return [null, {}];
}

function textOf(id: number | null): string | null {
  return id === null ? null : String(id);
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID whose random half comes from the content, so that one content has one id. */
function ulid(content: string, at: number): string {
  const time = Array.from({ length: 10 }, (_, place) => crockford[Math.floor(at / 32 ** (9 - place)) % 32]);
  const digest = createHash('sha256').update(content).digest();
  const rest = Array.from({ length: 16 }, (_, place) => crockford[(digest[place] ?? 0) % 32]);
  return [...time, ...rest].join('');
}
