import { setTimeout as wait } from 'node:timers/promises';
import { zendeskHeaders } from '@millrace/system/zendesk-ticket';
import { Agent, request } from 'undici';
import type { Door, Update } from './updates.ts';

/** One update that was answered with 2xx: only such a one was promised anything. */
export interface Accepted {
  readonly door: Door;
  readonly key: string;
  readonly number: number;
}

export interface Sent {
  /** By the id of the answer, which is the correlation id of everything after. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** Requests answered with a fault of ours or not at all, and sent again as a vendor would. */
  readonly retried: number;
  /** Updates that no try brought in. */
  readonly gaveUp: number;
  /** Status → requests that were refused for good, as none should be. */
  readonly refused: Readonly<Record<string, number>>;
  readonly latenciesMs: readonly number[];
}

export interface Doors {
  readonly webhookUrl: string;
  readonly secret: string;
  /** Address of `/v1/events`. */
  readonly eventsUrl: string;
  readonly apiKey: string;
}

export interface SenderOptions {
  readonly doors: Doors;
  /** Updates a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly next: (index: number) => Update;
  readonly now: () => number;
  /** Gives the run up. */
  readonly signal: AbortSignal;
}

export interface Sender {
  /** Open loop: what falls due is sent, however slowly the answers come; but never two of one key at once. */
  run(): Promise<Sent>;
  /** Whether a request that began after then was accepted. */
  acceptedSince(ms: number): boolean;
}

/** A vendor's patience with an outage is hours; longer than any fault here is enough. */
const patienceMs = 300_000;
const firstPauseMs = 250;
const longestPauseMs = 2_000;

export function createSender(options: SenderOptions): Sender {
  const { doors, now, signal } = options;
  const agent = new Agent({ connections: 256, headersTimeout: 20_000, bodyTimeout: 20_000, connectTimeout: 2_000 });
  const accepted = new Map<string, Accepted>();
  const refused: Record<string, number> = {};
  const latenciesMs: number[] = [];
  const chains = new Map<string, Promise<void>>();
  let retried = 0;
  let gaveUp = 0;
  let lastAccepted = Number.NEGATIVE_INFINITY;

  const deliver = async (update: Update): Promise<void> => {
    const first = now();
    const body = update.body(first);
    for (let pauseMs = firstPauseMs; now() - first < patienceMs && !signal.aborted; ) {
      const started = now();
      const answer = await post(agent, doors, update, body, started);
      if (answer.kind === 'accepted') {
        latenciesMs.push(now() - started);
        lastAccepted = Math.max(lastAccepted, started);
        accepted.set(answer.id, { door: update.door, key: update.key, number: update.number });
        return;
      }
      if (answer.kind === 'refused') {
        refused[answer.status] = (refused[answer.status] ?? 0) + 1;
        return;
      }
      retried += 1;
      await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    gaveUp += 1;
  };

  /** After the update of the same key before it. */
  const enqueue = (update: Update): void => {
    const before = chains.get(update.key) ?? Promise.resolve();
    const delivery = before.then(() => deliver(update));
    chains.set(update.key, delivery);
    void delivery.finally(() => {
      if (chains.get(update.key) === delivery) chains.delete(update.key);
    });
  };

  return {
    acceptedSince: (ms) => lastAccepted > ms,
    async run() {
      const total = Math.round(options.rate * options.seconds);
      const began = now();
      for (let index = 0; index < total && !signal.aborted; index += 1) {
        const early = began + (index * 1000) / options.rate - now();
        if (early > 1) await wait(early, undefined, { signal }).catch(() => undefined);
        enqueue(options.next(index));
      }
      while (chains.size > 0) await Promise.all(chains.values());
      await agent.close();
      return { accepted, retried, gaveUp, refused, latenciesMs };
    },
  };
}

type Answer =
  | { readonly kind: 'accepted'; readonly id: string }
  | { readonly kind: 'refused'; readonly status: number }
  /** A fault of theirs or no answer at all: the sender cannot know, so it sends again. */
  | { readonly kind: 'again' };

async function post(agent: Agent, doors: Doors, update: Update, body: string, now: number): Promise<Answer> {
  const [url, headers] =
    update.door === 'zendesk'
      ? [doors.webhookUrl, zendeskHeaders(doors.secret, body, now)]
      : [`${doors.eventsUrl}/${update.door}`, eventHeaders(doors.apiKey, update.identity)];
  try {
    const answer = await request(url, { method: 'POST', dispatcher: agent, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode < 300) return { kind: 'accepted', id: (JSON.parse(text) as { readonly id: string }).id };
    return isWorthRepeating(answer.statusCode) ? { kind: 'again' } : { kind: 'refused', status: answer.statusCode };
  } catch {
    return { kind: 'again' };
  }
}

function eventHeaders(apiKey: string, identity: string): Record<string, string> {
  return { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, 'idempotency-key': identity };
}

function isWorthRepeating(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}
