import { join } from 'node:path';
import express, { type RequestHandler, type Response } from 'express';
import type { Faults } from '../../kit/simulator/faults.ts';
import { openJournal } from '../../kit/simulator/journal.ts';
import { createRateWindow, createRateWindows } from '../../kit/simulator/rate-window.ts';
import type { SimulatedMessage } from '../../kit/simulator/simulated-message.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../kit/simulator/simulator.ts';
import {
  type Applied,
  applyChange,
  type SimulatedAudit,
  type SimulatedTicket,
  ticketChange,
  unseenTicket,
} from './simulator-tickets.ts';
import { createWebhookSender } from './simulator-webhooks.ts';

export interface ZendeskSimulatorOptions extends SimulatorOptions {
  /** OAuth access token, or the API token of `agent@example.com`. */
  readonly token: string;
  /** Where its webhook points, ours included; null sends none. */
  readonly webhookUrl: string | null;
  readonly signingSecret: string;
}

/** Whose token it is: the actor of every update that comes through the API. */
export const integrationActor = 900_100;
const accountId = 22_129_848;
/** The status of a ticket that the API has no longer. */
const deleted = 'deleted';
/** Calls per minute of an account with the high-volume add-on; without it Zendesk lets 700 calls and 100 updates pass. */
const highVolume = { account: 2_500, ticketUpdates: 300 } as const;
/** Updates of one ticket by one user, whatever the plan. */
const perTicket = { updates: 30, withinMs: 600_000 } as const;

type Entry = Applied & { readonly createdWith?: string };

export function createZendeskSimulator(options: ZendeskSimulatorOptions): Simulator {
  const { now } = options;
  const journal = openJournal<Entry>(join(options.dataFolder, 'zendesk.jsonl'));
  const tickets = new Map<number, SimulatedTicket>();
  const audits = new Map<number, SimulatedAudit[]>();
  const updates: Applied[] = [];
  /** Idempotency-Key of a creation → the ticket it made. */
  const created = new Map<string, number>();
  const account = createRateWindow(highVolume.account, 60_000, now);
  const updating = createRateWindow(highVolume.ticketUpdates, 60_000, now);
  const ofTicket = createRateWindows(perTicket.updates, perTicket.withinMs, now);
  const webhooks = createWebhookSender({
    url: options.webhookUrl,
    signingSecret: options.signingSecret,
    accountId,
    now,
  });

  const apply = (entry: Entry): void => {
    tickets.set(entry.ticket.id, entry.ticket);
    audits.set(entry.ticket.id, [...(audits.get(entry.ticket.id) ?? []), entry.audit]);
    updates.push(entry);
    if (entry.createdWith !== undefined) created.set(entry.createdWith, entry.ticket.id);
  };
  for (const entry of journal.earlier) apply(entry);

  const remember = (entry: Entry): void => {
    journal.append(entry);
    apply(entry);
  };
  const by = (): Parameters<typeof applyChange>[2] => ({
    author: integrationActor,
    at: now(),
    auditId: 1_000 + updates.length * 2,
  });
  const update = (
    held: SimulatedTicket,
    body: unknown,
    response: Response,
    createdWith?: string,
  ): SimulatedTicket | null => {
    const wanted = (body as { ticket?: unknown } | undefined)?.ticket;
    const parsed = ticketChange.safeParse(wanted);
    if (!parsed.success)
      return refuse(response, 422, invalid(parsed.error.issues.map(({ path }) => String(path[0] ?? 'ticket'))));
    if (held.status === 'closed') return refuse(response, 422, invalid(['status'], 'closed prevents ticket update'));
    if (parsed.data.safe_update === true && parsed.data.updated_stamp !== held.updated_at) {
      return refuse(response, 409, { error: 'UpdateConflict', description: 'Safe Update prevented the update' });
    }
    const applied = applyChange(held, parsed.data, by());
    remember(createdWith === undefined ? applied : { ...applied, createdWith });
    webhooks.fire(applied);
    return applied.ticket;
  };

  const read = (id: number): SimulatedTicket => tickets.get(id) ?? unseenTicket(id);
  const limited =
    (faults: Faults, kind: 'account' | 'update'): RequestHandler =>
    (_request, response, next) => {
      if (!faults.state().limits) return next();
      const { ok, total, remaining, resetSeconds } = (kind === 'account' ? account : updating).take();
      if (kind === 'update')
        response.set(
          'zendesk-ratelimit-tickets-update',
          `total=${total}; remaining=${remaining}; resets=${resetSeconds}`,
        );
      else {
        response.set({
          'x-rate-limit': String(total),
          'x-rate-limit-remaining': String(remaining),
          'ratelimit-limit': String(total),
          'ratelimit-remaining': String(remaining),
          'ratelimit-reset': String(resetSeconds),
        });
      }
      if (ok) return next();
      tooMany(response, resetSeconds);
    };
  const ticketLimited =
    (faults: Faults): RequestHandler =>
    (request, response, next) => {
      if (!faults.state().limits) return next();
      const { ok, resetSeconds } = ofTicket.take(String(request.params['id']));
      if (ok) return next();
      tooMany(response, resetSeconds);
    };
  const authenticate: RequestHandler = (request, response, next) => {
    const given = request.get('authorization') ?? '';
    const basic = Buffer.from(`agent@example.com/token:${options.token}`).toString('base64');
    if (given === `Bearer ${options.token}` || given === `Basic ${basic}`) return next();
    response.status(401).json({ error: "Couldn't authenticate you" });
  };

  return createSimulator(options, {
    name: 'zendesk',
    voice: { failureBody, tooMany },
    routes: (router, faults) => {
      router.use('/api/v2', authenticate, limited(faults, 'account'), express.json({ limit: '1mb' }));
      router.use('/api/v2/tickets/:id', (request, response, next) => {
        const id = Number(request.params.id.replace(/\.json$/, ''));
        if (tickets.get(id)?.status === deleted) response.status(404).json(failureBody(404));
        else next();
      });
      router.get(
        '/api/v2/tickets/:id{.json}',
        withTicketId((id, response) => response.json({ ticket: read(id) })),
      );
      router.delete(
        '/api/v2/tickets/:id{.json}',
        withTicketId((id, response) => {
          remember(applyChange(read(id), { status: deleted }, by()));
          response.status(204).end();
        }),
      );
      router.put(
        '/api/v2/tickets/:id{.json}',
        limited(faults, 'update'),
        ticketLimited(faults),
        (request, response) => {
          withTicketId((id) => {
            const ticket = update(read(id), request.body, response);
            if (ticket !== null) response.json({ ticket, audit: audits.get(id)?.at(-1) });
          })(request, response, () => undefined);
        },
      );
      router.get('/api/v2/tickets/:id/audits{.json}', (request, response) => {
        withTicketId((id) => {
          const { size, after } = cursorOf(request.query);
          const all = audits.get(id) ?? [];
          const page = all.slice(after, after + size);
          const hasMore = after + size < all.length;
          response.json({
            audits: page,
            meta: { has_more: hasMore, after_cursor: hasMore ? String(after + size) : null, before_cursor: null },
          });
        })(request, response, () => undefined);
      });
      router.get(
        '/api/v2/tickets/:id/comments{.json}',
        withTicketId((id, response) => {
          response.json({
            comments: (audits.get(id) ?? []).flatMap(({ comment }) => (comment === null ? [] : [comment])),
          });
        }),
      );
      router.post('/api/v2/tickets{.json}', (request, response) => {
        const key = request.get('idempotency-key');
        const known = key === undefined ? undefined : created.get(key);
        if (key !== undefined) response.set('x-idempotency-lookup', known === undefined ? 'miss' : 'hit');
        if (known !== undefined) {
          response.status(201).json({ ticket: read(known) });
          return;
        }
        const ticket = update(
          { ...unseenTicket(90_000_000 + updates.length), status: 'new' },
          request.body,
          response,
          key,
        );
        if (ticket !== null) response.status(201).json({ ticket });
      });
      router.get('/api/v2/users/me{.json}', (_request, response) => {
        response.json({ user: { id: integrationActor, name: 'Millrace', email: 'agent@example.com', role: 'agent' } });
      });
      router.use('/api/v2', (_request, response) => {
        response.status(404).json({ error: 'InvalidEndpoint', description: 'Not found' });
      });
    },
    messages: () => updates.map(toSimulated),
    close: async () => {
      await webhooks.close();
      journal.close();
    },
  });
}

const failures: Readonly<Record<number, object>> = {
  401: { error: "Couldn't authenticate you" },
  403: { error: 'Forbidden', description: 'You do not have access to this page' },
  404: { error: 'RecordNotFound', description: 'Not found' },
  409: { error: 'UpdateConflict', description: 'Safe Update prevented the update' },
  422: { error: 'RecordInvalid', description: 'Record validation errors', details: {} },
  503: { error: 'ServiceUnavailable', description: 'Temporarily unavailable' },
};

function failureBody(status: number): object {
  return failures[status] ?? { error: 'InternalError', description: 'Something went wrong' };
}

function tooMany(response: Response, retryAfterSeconds: number): void {
  response
    .status(429)
    .set('retry-after', String(retryAfterSeconds))
    .json({ error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' });
}

function refuse(response: Response, status: number, body: object): null {
  response.status(status).json(body);
  return null;
}

function invalid(fields: readonly string[], description = 'is invalid'): object {
  const details = Object.fromEntries(
    fields.map((field) => [field, [{ description: `${field}: ${description}`, error: 'InvalidValue' }]]),
  );
  return { error: 'RecordInvalid', description: 'Record validation errors', details };
}

function withTicketId(answer: (id: number, response: Response) => void): RequestHandler {
  return (request, response) => {
    const text = String(request.params['id']).replace(/\.json$/, '');
    const id = Number(text);
    if (!/^\d{1,15}$/.test(text) || id === 0) {
      response.status(400).json({ error: 'invalid_parameter', description: 'id must be an integer' });
      return;
    }
    answer(id, response);
  };
}

function cursorOf(query: Readonly<Record<string, unknown>>): { readonly size: number; readonly after: number } {
  const whole = (value: unknown, fallback: number): number =>
    /^\d{1,9}$/.test(String(value)) ? Number(value) : fallback;
  return { size: Math.min(100, Math.max(1, whole(query['page[size]'], 100))), after: whole(query['page[after]'], 0) };
}

function toSimulated({ ticket, audit }: Applied): SimulatedMessage {
  const eventId = audit.metadata.custom['millrace_event'];
  const changes = audit.events
    .filter(({ type }) => type === 'Change')
    .map(({ field_name, value }) => `${field_name}: ${String(value)}`);
  return {
    at: audit.created_at,
    eventId: typeof eventId === 'string' ? eventId : null,
    title: `Ticket ${ticket.id}`,
    lines: [
      ...changes,
      ...(audit.comment === null
        ? []
        : [`${audit.comment.public ? 'Public reply' : 'Internal note'}: ${audit.comment.body}`]),
    ],
    detail: { ticket, audit },
  };
}
