import { createHash } from 'node:crypto';
import { z } from 'zod';

/** A ticket as Zendesk's API shows it, reduced to what people and senders use. */
export interface SimulatedTicket {
  readonly id: number;
  readonly subject: string;
  readonly description: string;
  readonly status: string;
  readonly priority: string | null;
  readonly type: string | null;
  readonly group_id: number | null;
  readonly assignee_id: number | null;
  readonly requester_id: number;
  readonly tags: readonly string[];
  readonly created_at: string;
  readonly updated_at: string;
}

export interface SimulatedComment {
  readonly id: number;
  readonly body: string;
  readonly public: boolean;
}

/** One update: what Zendesk calls an audit. */
export interface SimulatedAudit {
  readonly id: number;
  readonly ticket_id: number;
  readonly created_at: string;
  readonly author_id: number;
  readonly metadata: { readonly custom: Readonly<Record<string, unknown>> };
  readonly events: readonly { readonly type: string; readonly field_name?: string; readonly value?: unknown }[];
  readonly comment: SimulatedComment | null;
}

export interface Applied {
  readonly ticket: SimulatedTicket;
  readonly audit: SimulatedAudit;
}

/** What a sender may change. Absent means untouched. */
export interface TicketChange {
  readonly subject?: string | undefined;
  readonly status?: string | undefined;
  readonly priority?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly group_id?: number | null | undefined;
  readonly assignee_id?: number | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly additional_tags?: readonly string[] | undefined;
  readonly comment?:
    | { readonly body?: string | undefined; readonly html_body?: string | undefined; readonly public: boolean }
    | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly safe_update?: boolean | undefined;
  readonly updated_stamp?: string | undefined;
}

export const ticketChange: z.ZodType<TicketChange> = z.looseObject({
  subject: z.string().optional(),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']).optional(),
  priority: z.enum(['urgent', 'high', 'normal', 'low']).nullish(),
  type: z.enum(['problem', 'incident', 'question', 'task']).nullish(),
  group_id: z.int().nullish(),
  assignee_id: z.int().nullish(),
  tags: z.array(z.string()).optional(),
  additional_tags: z.array(z.string()).optional(),
  comment: z
    .object({ body: z.string().optional(), html_body: z.string().optional(), public: z.boolean().default(true) })
    .optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  safe_update: z.boolean().optional(),
  updated_stamp: z.string().optional(),
});

const epoch = '2026-01-01T00:00:00Z';

/** A ticket nobody has seen yet exists all the same, and looks the same after every restart. */
export function unseenTicket(id: number): SimulatedTicket {
  return {
    id,
    subject: `Ticket ${id}`,
    description: '',
    status: 'open',
    priority: null,
    type: null,
    group_id: null,
    assignee_id: null,
    requester_id: requesterOf(id),
    tags: [],
    created_at: epoch,
    updated_at: epoch,
  };
}

/** What an update makes of a ticket. Zendesk's clock ticks in seconds; here it never stands still between two updates. */
export function applyChange(
  held: SimulatedTicket,
  change: TicketChange,
  by: { readonly author: number; readonly at: number; readonly auditId: number },
): Applied {
  const next = Math.max(by.at, Date.parse(held.updated_at) + 1000);
  const updated_at = `${new Date(next).toISOString().slice(0, 19)}Z`;
  const tags =
    change.tags ?? (change.additional_tags === undefined ? held.tags : [...held.tags, ...change.additional_tags]);
  const ticket: SimulatedTicket = {
    ...held,
    ...pick(change, ['subject', 'status', 'priority', 'type', 'group_id', 'assignee_id']),
    tags: [...new Set(tags.map((tag) => tag.toLowerCase()))].sort(),
    updated_at,
  };
  const text = change.comment?.html_body ?? change.comment?.body;
  const comment =
    text === undefined ? null : { id: by.auditId + 1, body: text, public: change.comment?.public ?? true };
  const fields = ['subject', 'status', 'priority', 'type', 'group_id', 'assignee_id', 'tags'] as const;
  const changed = fields.filter((field) => JSON.stringify(ticket[field]) !== JSON.stringify(held[field]));
  return {
    ticket,
    audit: {
      id: by.auditId,
      ticket_id: held.id,
      created_at: updated_at,
      author_id: by.author,
      metadata: { custom: change.metadata ?? {} },
      events: [
        ...(comment === null ? [] : [{ type: 'Comment', value: comment.body }]),
        ...changed.map((field) => ({ type: 'Change', field_name: field, value: ticket[field] })),
      ],
      comment,
    },
  };
}

function pick<K extends keyof TicketChange & keyof SimulatedTicket>(
  change: TicketChange,
  names: readonly K[],
): Partial<SimulatedTicket> {
  return Object.fromEntries(names.flatMap((name) => (change[name] === undefined ? [] : [[name, change[name]]])));
}

function requesterOf(id: number): number {
  return 8_000_000 + (createHash('sha256').update(String(id)).digest().readUInt32BE(0) % 1_000_000);
}
