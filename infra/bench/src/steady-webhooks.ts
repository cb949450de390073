import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { supportTexts } from '@millrace/models/testing';
import { Agent, request } from 'undici';

export interface SteadyOptions {
  readonly url: string;
  readonly secret: string;
  /** Webhooks a second, open loop: a slow answer slows nobody. */
  readonly rate: number;
  readonly seconds: number;
  /** Below 1,000; keeps the tickets of two runs apart. */
  readonly run: number;
  readonly signal: AbortSignal;
}

export interface Sent {
  /** Ticket → when its webhook was due, in epoch milliseconds: a sender that lags is no excuse for the receiver. */
  readonly due: ReadonlyMap<string, number>;
  readonly refused: number;
}

const perRun = 1_000_000;

/** Signs and sends Zendesk's ticket webhooks at a steady rate. The signature is the vendor's formula, made here. */
export const sendSteadily = async ({ url, secret, rate, seconds, run, signal }: SteadyOptions): Promise<Sent> => {
  const { tickets: texts } = await supportTexts();
  const agent = new Agent({ connections: 64, pipelining: 1 });
  const due = new Map<string, number>();
  const total = Math.round(rate * seconds);
  const began = Date.now();
  const running: Promise<void>[] = [];
  let refused = 0;
  const post = async (ticket: string): Promise<void> => {
    const body = ticketWebhook(ticket, texts[Number(ticket) % texts.length] ?? '');
    const timestamp = new Date().toISOString();
    const signature = createHmac('sha256', secret).update(timestamp).update(body).digest('base64');
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        'content-type': 'application/json',
        'x-zendesk-webhook-signature': signature,
        'x-zendesk-webhook-signature-timestamp': timestamp,
      },
      body,
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) refused += 1;
  };
  for (let index = 0; index < total; index += 1) {
    const dueAt = began + (index * 1_000) / rate;
    const early = dueAt - Date.now();
    if (early > 1) await pause(early, undefined, { signal });
    const ticket = String(run * perRun + index);
    due.set(ticket, dueAt);
    running.push(
      post(ticket).catch(() => {
        refused += 1;
      }),
    );
  }
  await Promise.all(running);
  await agent.close();
  return { due, refused };
};

const ticketWebhook = (ticket: string, description: string): string => {
  const at = new Date().toISOString();
  return JSON.stringify({
    account_id: 22129848,
    detail: {
      actor_id: '8447388090494',
      created_at: at,
      description,
      id: ticket,
      is_public: true,
      organization_id: null,
      priority: 'NORMAL',
      requester_id: '8447388090494',
      status: 'NEW',
      subject: description.slice(0, 50),
      submitter_id: '8447388090494',
      tags: ['billing', 'web'],
      type: null,
      updated_at: at,
      via: { channel: 'email' },
    },
    event: {},
    id: `bench-${ticket}`,
    subject: `zen:ticket:${ticket}`,
    time: at,
    type: 'zen:event-type:ticket.created',
    zendesk_event_version: '2022-11-06',
  });
};
