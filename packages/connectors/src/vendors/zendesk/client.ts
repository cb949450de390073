import type { Outbound, OutboundRequest, OutboundResponse } from '@millrace/resilience/outbound';
import { z } from 'zod';
import { readAnswer } from '../../kit/sink-answers.ts';
import { requireZendeskSuccess } from './errors.ts';

export interface ZendeskClientOptions {
  /** `https://<subdomain>.zendesk.com`, or the simulator's. */
  readonly baseUrl: string;
  readonly token: string;
  /** With an e-mail address the token is an API token (Basic); without, an OAuth access token. */
  readonly email?: string | undefined;
  readonly outbound: Outbound;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the sink needs to know of a ticket before it changes it. */
export interface ZendeskTicket {
  /** `closed` is for ever: whatever is sent to such a ticket is refused. */
  readonly status: string | null;
  readonly tags: readonly string[];
  readonly priority: string | null;
  readonly groupId: number | null;
  /** Sent back as `updated_stamp`, so that a change in between is a conflict and not an overwrite. */
  readonly updatedAt: string;
}

export interface ZendeskChange {
  readonly tags?: readonly string[];
  readonly priority?: string;
  readonly groupId?: number;
  /** An internal note: never public. */
  readonly note?: string;
  /** Kept by Zendesk in the update's audit, where agents do not see it. At most 1 KB. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The part of Zendesk's Ticketing API that the sink needs. Every failure is an `OutboundError`. */
export interface ZendeskClient {
  readTicket(id: string, signal: AbortSignal): Promise<ZendeskTicket>;
  /** One safe update; says when the ticket was updated by it. Rejects with `X_HTTP_CONFLICT` when the ticket is no longer what `held` says. */
  updateTicket(id: string, held: ZendeskTicket, change: ZendeskChange, signal: AbortSignal): Promise<string>;
  /** Whether the API works and knows us. Never rejects but for an abort. */
  answers(signal: AbortSignal): Promise<boolean>;
  /** The custom metadata of every update of the ticket that has some. */
  readMetadata(id: string, signal: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const ticketAnswer = z.object({
  ticket: z.object({
    id: z.number(),
    status: z.string().nullish(),
    tags: z.array(z.string()),
    priority: z.string().nullable(),
    group_id: z.number().nullable(),
    updated_at: z.string(),
  }),
});
const auditsAnswer = z.object({
  audits: z.array(
    z.object({
      metadata: z
        .object({ custom: z.record(z.string(), z.unknown()).optional() })
        .nullable()
        .optional(),
    }),
  ),
  meta: z.object({ has_more: z.boolean(), after_cursor: z.string().nullable() }).optional(),
});

/** A ticket with more audits than this many pages of 100 is read no further; Zendesk itself caps a ticket's comments at 5,000. */
const auditPages = 60;

export function createZendeskClient(options: ZendeskClientOptions): ZendeskClient {
  const { baseUrl, outbound, now } = options;
  const authorization =
    options.email === undefined
      ? `Bearer ${options.token}`
      : `Basic ${Buffer.from(`${options.email}/token:${options.token}`).toString('base64')}`;

  const call = async (
    method: OutboundRequest['method'],
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<OutboundResponse> => {
    const response = await outbound.send(
      {
        method,
        url: new URL(`/api/v2/${path}`, baseUrl).href,
        headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A page of 100 audits with their comments, of 64 KB each at most.
        maxResponseBytes: 8 * 1024 * 1024,
      },
      signal,
    );
    return requireZendeskSuccess(response, target(method, path), now());
  };

  return {
    async readTicket(id, signal) {
      const path = `tickets/${encodeURIComponent(id)}.json`;
      const { ticket } = readAnswer(await call('GET', path, signal), ticketAnswer, target('GET', path));
      return {
        status: ticket.status ?? null,
        tags: ticket.tags,
        priority: ticket.priority,
        groupId: ticket.group_id,
        updatedAt: ticket.updated_at,
      };
    },

    async updateTicket(id, held, change, signal) {
      const path = `tickets/${encodeURIComponent(id)}.json`;
      const ticket = {
        safe_update: true,
        updated_stamp: held.updatedAt,
        metadata: change.metadata,
        ...(change.tags === undefined ? {} : { tags: change.tags }),
        ...(change.priority === undefined ? {} : { priority: change.priority }),
        ...(change.groupId === undefined ? {} : { group_id: change.groupId }),
        ...(change.note === undefined ? {} : { comment: { body: change.note, public: false } }),
      };
      const answer = await call('PUT', path, signal, { ticket });
      return readAnswer(answer, ticketAnswer, target('PUT', path)).ticket.updated_at;
    },

    async answers(signal) {
      return call('GET', 'users/me.json', signal).then(
        () => true,
        () => false,
      );
    },

    async readMetadata(id, signal) {
      const found: Record<string, unknown>[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < auditPages; page += 1) {
        const after: string = cursor === null ? '' : `&page[after]=${encodeURIComponent(cursor)}`;
        const path = `tickets/${encodeURIComponent(id)}/audits.json?page[size]=100${after}`;
        const answer = readAnswer(await call('GET', path, signal), auditsAnswer, target('GET', path));
        found.push(
          ...answer.audits.flatMap(({ metadata }) => (metadata?.custom === undefined ? [] : [metadata.custom])),
        );
        cursor = answer.meta?.has_more === true ? answer.meta.after_cursor : null;
        if (cursor === null) break;
      }
      return found;
    },
  };
}

/** Names the call without the ticket's id, so that failures of one kind share one fingerprint. */
function target(method: string, path: string): string {
  const [bare = ''] = path.split('?', 1);
  return `Zendesk ${method} ${bare.replace(/^tickets\/[^/.]+/, 'ticket')}`;
}
