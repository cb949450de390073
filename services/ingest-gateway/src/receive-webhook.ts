import type { IncomingMessage } from 'node:http';
import {
  bodyTypeOf,
  type Handshake,
  isKnownEncoding,
  type Reply,
  type RequestView,
  select,
  unpackBodyPooled,
  type Verdict,
  verify,
} from '@millrace/connectors';
import { type BodyStore, checkIn, type RecordPosition } from '@millrace/messaging';
import type { CounterMetric } from '@millrace/service';
import { refuseBody, unsupportedEncoding, unsupportedType } from './body-refusals.ts';
import { type ByteBudget, shareOf } from './byte-budget.ts';
import { beforeDeadline, type Intake, type Taken } from './intake.ts';
import { type Answer, Refusal, shed } from './outcome.ts';
import type { Outlet } from './outlet.ts';
import type { WireRequest } from './raw-record.ts';
import { readBody } from './read-body.ts';
import { type Proven, type ReadEvent, readWebhook, recordKey, webhookRecord } from './read-webhook.ts';
import type { ConfiguredSource } from './source-instances.ts';
import type { Turnstile } from './turnstile.ts';

export interface WebhookDoor {
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly intake: Intake;
  readonly outlet: Outlet;
  readonly bodies: Pick<BodyStore, 'put'>;
  readonly budget: ByteBudget;
  readonly sourceRate: Turnstile;
  readonly bodyTimeoutMs: number;
  readonly acceptedBytes: CounterMetric<'source'>;
  /** Bodies above this travel by claim check. */
  readonly claimCheckBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly freshId: () => string;
}

/** One request to `/v1/webhooks/{source}`, its body not yet read. */
export interface WebhookRequest {
  readonly sourceName: string;
  readonly message: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly remoteAddress: string | null;
  /** Epoch milliseconds, when its headers were there. */
  readonly startedAt: number;
}

/**
 * The door, in the order of its checks: source and method, type and size, **signature over the raw bytes**, the source's
 * own rate, decompression and parsing, handshake or identity, Kafka, answer. Nothing is parsed, kept or answered with a
 * challenge before the signature proved who asks.
 */
export async function receiveWebhook(door: WebhookDoor, request: WebhookRequest): Promise<Answer> {
  const { message } = request;
  const source = admittedSource(door, request);
  const { definition } = source;
  const contentEncoding = message.headers['content-encoding'];
  const bodyType = bodyTypeOf(message.headers['content-type'], definition.body.types);
  if (bodyType === undefined) throw unsupportedType(definition.body.types);
  if (!isKnownEncoding(contentEncoding)) throw unsupportedEncoding();

  const share = shareOf(door.budget);
  let isHandedOver = false;
  try {
    const { maxBytes } = definition.body;
    const timeoutMs = Math.min(door.bodyTimeoutMs, definition.senderDeadlineMs);
    const body = await readBody(message, { maxBytes, timeoutMs, budget: share });
    const receivedAt = door.now();
    const headers = wireHeaders(message);
    const verdict = provenBy(
      verify(definition.verification, { headers, body }, { secrets: source.secrets, now: receivedAt }),
    );
    // A vendor's test secret is public: what strangers sign with it has a bucket of its own, and takes nothing from the source's.
    const bucket = verdict.kind === 'test' ? `${source.name} test` : source.name;
    const refused = await door.sourceRate.pass(bucket, source.ratePerSecond);
    if (refused !== null) throw refused;
    if (verdict.kind === 'test')
      return { outcome: { kind: 'test' }, status: 200, body: { kind: 'json', value: { test: true } } };

    const unpacked = await unpackBodyPooled(body, contentEncoding, maxBytes).catch(refuseBody);
    if (unpacked !== body && !share.take(unpacked.length))
      throw shed('X_GATEWAY_MEMORY', 'too many bodies are in flight');
    const wire: WireRequest = {
      method: message.method ?? '',
      path: request.path,
      query: request.query,
      headers,
      remoteAddress: request.remoteAddress,
      body,
      receivedAt,
    };
    const read = readWebhook({
      ...{ source, wire, unpacked, bodyType, verdict },
      header: headerReader(message),
      freshId: door.freshId,
    });
    if (read.kind === 'handshake') return answerHandshake(read.handshake, read.view);
    const { id } = read;
    const taking = door.intake.take({
      source: source.name,
      identity: read.identity,
      eventId: id,
      receivedAt,
      write: (dedupe) => writeRaw(door, read, dedupe),
    });
    isHandedOver = true;
    const release = (): void => share.release();
    taking.then(release, release);
    const taken = await beforeDeadline(taking, request.startedAt + definition.senderDeadlineMs - door.now());
    if (taken.kind === 'accepted') door.acceptedBytes.inc({ source: source.name }, body.length);
    return answerTaken(taken, { id, reply: bodyType.reply ?? definition.reply });
  } finally {
    // A body that is still on its way to Kafka counts until it is there, whoever has stopped waiting.
    if (!isHandedOver) share.release();
  }
}

function admittedSource(door: WebhookDoor, { sourceName, message }: WebhookRequest): ConfiguredSource {
  const source = door.sources.get(sourceName);
  if (source === undefined)
    throw new Refusal({ status: 404, code: 'X_GATEWAY_SOURCE_UNKNOWN', detail: 'there is no such source' });
  if (!source.enabled)
    throw new Refusal({ status: 403, code: 'X_GATEWAY_SOURCE_DISABLED', detail: 'this source is disabled' });
  const { methods } = source.definition;
  if (!methods.some((method) => method === message.method))
    throw new Refusal({
      status: 405,
      code: 'X_GATEWAY_METHOD',
      detail: `expected ${methods.join(' or ')}`,
      headers: { Allow: methods.join(', ') },
    });
  return source;
}

function provenBy(verdict: Verdict): Proven {
  if (verdict.kind === 'rejected') throw new Refusal({ status: 401, code: verdict.code, detail: verdict.detail });
  if (verdict.kind === 'unavailable') throw shed(verdict.code, verdict.detail, { retryAfterMs: 60_000 });
  return verdict;
}

function answerHandshake({ name, answer }: Handshake, view: RequestView): Answer {
  const outcome = { kind: 'handshake', reason: name } as const;
  if (answer.kind === 'ok') return { outcome, status: 200, body: { kind: 'json', value: { ok: true } } };
  const text = select(answer.selector, view);
  if (text === null)
    throw new Refusal({ status: 400, code: 'X_BODY_NOT_JSON', detail: `expected a challenge in the ${name} request` });
  return { outcome, status: 200, body: { kind: 'text', value: text } };
}

async function writeRaw(door: WebhookDoor, read: ReadEvent, dedupe: 'checked' | 'unknown'): Promise<RecordPosition> {
  const where = { key: recordKey(read), maxBytes: door.claimCheckBytes };
  const checkedIn = await checkIn(door.bodies, read.draft.body, where).catch(claimCheckAway);
  return door.outlet.send(webhookRecord(read, { ...checkedIn, dedupe }));
}

function claimCheckAway(cause: unknown): never {
  throw shed('X_GATEWAY_CLAIM_CHECK_AWAY', 'large bodies cannot be taken right now', { retryAfterMs: 5000, cause });
}

function answerTaken(taken: Taken, { id, reply }: { readonly id: string; readonly reply: Reply }): Answer {
  const isDuplicate = taken.kind === 'duplicate';
  const known = isDuplicate ? taken.eventId : id;
  const base = { status: reply.status ?? (isDuplicate ? 200 : 202), headers: { 'Millrace-Event-Id': known } };
  const outcome = { kind: isDuplicate ? 'duplicate' : 'accepted' } as const;
  if (reply.kind === 'empty') return { ...base, outcome, body: { kind: 'empty' } };
  return {
    ...base,
    outcome,
    body: { kind: 'json', value: isDuplicate ? { id: known, duplicate: true } : { id: known } },
  };
}

/** Names and values in wire order, duplicates kept. */
export function wireHeaders(message: IncomingMessage): readonly { readonly name: string; readonly value: string }[] {
  const { rawHeaders } = message;
  const pairs: { name: string; value: string }[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push({ name: rawHeaders[at] ?? '', value: rawHeaders[at + 1] ?? '' });
  return pairs;
}

function headerReader(message: IncomingMessage): (name: string) => string | undefined {
  return (name) => {
    const value = message.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}
