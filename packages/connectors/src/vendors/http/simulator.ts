import { join } from 'node:path';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { openJournal } from '../../kit/simulator/journal.ts';
import type { SimulatedMessage } from '../../kit/simulator/simulated-message.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../kit/simulator/simulator.ts';

export interface HttpSimulatorOptions extends SimulatorOptions {
  /** Standard Webhooks secret; a message that does not verify with it gets 401. */
  readonly secret: string;
}

interface Entry {
  readonly at: string;
  readonly path: string;
  readonly id: string;
  readonly message: Readonly<Record<string, unknown>>;
}

/** A receiver as the Standard Webhooks specification describes it: verifies, and takes one id once. */
export function createHttpSimulator(options: HttpSimulatorOptions): Simulator {
  const journal = openJournal<Entry>(join(options.dataFolder, 'http.jsonl'));
  const received: Entry[] = [...journal.earlier];
  const known = new Set(received.map(({ id }) => id));
  const webhook = new Webhook(options.secret);

  return createSimulator(options, {
    name: 'http',
    voice: {
      failureBody: (status) => ({ error: `status_${status}` }),
      tooMany: (response, retryAfterSeconds) => {
        response.status(429).set('retry-after', String(retryAfterSeconds)).json({ error: 'too_many_requests' });
      },
    },
    routes: (router) => {
      router.post('/{*path}', express.raw({ type: '*/*', limit: '1mb' }), (request, response) => {
        const headers = Object.fromEntries(
          ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, request.get(name) ?? '']),
        );
        const body: unknown = request.body;
        if (!Buffer.isBuffer(body) || !isGenuine(webhook, body, headers)) {
          response.status(401).json({ error: 'invalid_signature' });
          return;
        }
        const id = headers['webhook-id'] ?? '';
        if (request.get('idempotency-key') !== id) {
          response.status(400).json({ error: 'idempotency_key_missing' });
          return;
        }
        if (known.has(id)) {
          response.status(200).json({ id, duplicate: true });
          return;
        }
        const message = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
        const entry = { at: new Date(options.now()).toISOString(), path: request.path, id, message };
        journal.append(entry);
        received.push(entry);
        known.add(id);
        response.status(202).json({ id });
      });
    },
    messages: () => received.map(toSimulated),
    close: () => journal.close(),
  });
}

function isGenuine(webhook: Webhook, body: Buffer, headers: Record<string, string>): boolean {
  try {
    webhook.verify(body.toString('utf8'), headers);
    return true;
  } catch {
    return false;
  }
}

function toSimulated({ at, path, id, message }: Entry): SimulatedMessage {
  return {
    at,
    eventId: id,
    title: `${typeof message['type'] === 'string' ? message['type'] : 'message'} ${String(message['id'] ?? '')}`,
    lines: [JSON.stringify(message['data'] ?? message)],
    detail: { path, id, message },
  };
}
