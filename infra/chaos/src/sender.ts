import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** What a sender knows afterwards. Only an id that was answered with 2xx was promised anything. */
export interface Sent {
  readonly accepted: ReadonlyMap<string, string>;
  /** Requests answered with an error or not at all, and sent again as a vendor would. */
  readonly retried: number;
  readonly gaveUp: number;
  readonly latenciesMs: readonly number[];
}

export interface Webhook {
  readonly ticket: string;
  readonly body: string;
}

export interface SenderOptions {
  readonly url: string;
  readonly secret: string;
  readonly rate: number;
  readonly seconds: number;
  readonly next: (index: number) => Webhook;
  readonly now: () => number;
}

const attempts = 60;
const pauseMs = 500;

/**
 * Signs and sends Zendesk webhooks at a steady rate, open loop, and sends each again until it is accepted.
 * The signature is Zendesk's own formula, base64(HMAC-SHA256(secret, timestamp + body)), made here and not by the code under test.
 */
export async function sendSteadily(options: SenderOptions): Promise<Sent> {
  const agent = new Agent({ connections: 256, headersTimeout: 15_000, bodyTimeout: 15_000, connectTimeout: 2_000 });
  const accepted = new Map<string, string>();
  const latenciesMs: number[] = [];
  let retried = 0;
  let gaveUp = 0;

  const deliver = async (webhook: Webhook): Promise<void> => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const started = options.now();
      const id = await post(agent, options, webhook);
      if (id !== null) {
        latenciesMs.push(options.now() - started);
        accepted.set(id, webhook.ticket);
        return;
      }
      retried += 1;
      await wait(pauseMs);
    }
    gaveUp += 1;
  };

  const total = Math.round(options.rate * options.seconds);
  const started = options.now();
  const running = new Set<Promise<void>>();
  for (let index = 0; index < total; index += 1) {
    const due = started + (index * 1000) / options.rate;
    const early = due - options.now();
    if (early > 1) await wait(early);
    const delivery = deliver(options.next(index)).finally(() => running.delete(delivery));
    running.add(delivery);
  }
  await Promise.all(running);
  await agent.close();
  return { accepted, retried, gaveUp, latenciesMs };
}

/** The id on 2xx; null when the sender has to try again. */
async function post(agent: Agent, options: SenderOptions, { body }: Webhook): Promise<string | null> {
  const timestamp = new Date(options.now()).toISOString();
  const signature = createHmac('sha256', options.secret).update(timestamp).update(body).digest('base64');
  try {
    const answer = await request(options.url, {
      method: 'POST',
      dispatcher: agent,
      headers: {
        'content-type': 'application/json',
        'x-zendesk-webhook-signature': signature,
        'x-zendesk-webhook-signature-timestamp': timestamp,
      },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) return null;
    const { id } = JSON.parse(text) as { id: string };
    return id;
  } catch {
    // Refused, reset, cut off half way: the sender cannot know, so it sends again.
    return null;
  }
}
