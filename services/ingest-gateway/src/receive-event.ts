import type { IncomingMessage } from 'node:http';
import { isJsonType, isKnownEncoding, unpackBodyPooled } from '@millrace/connectors';
import { type CanonicalEntity, type EntityDefinition, entities } from '@millrace/contracts';
import { edgeTraceparent, eventId } from '@millrace/messaging';
import type { CounterMetric } from '@millrace/service';
import { refuseBody, unsupportedEncoding, unsupportedType } from './body-refusals.ts';
import { type ByteBudget, shareOf } from './byte-budget.ts';
import { findKey, type KnownKeys } from './find-key.ts';
import { beforeDeadline, type Intake } from './intake.ts';
import { type Answer, Refusal, shed } from './outcome.ts';
import type { Outlet } from './outlet.ts';
import { sha256 } from './raw-record.ts';
import { readBody } from './read-body.ts';
import { eventRecord, readEvent } from './read-event.ts';
import { statedVersion } from './stated-version.ts';
import type { Turnstile } from './turnstile.ts';

export interface EventDoor {
  readonly keys: KnownKeys;
  readonly intake: Intake;
  readonly outlet: Outlet;
  readonly budget: ByteBudget;
  readonly clientRate: Turnstile;
  readonly bodyTimeoutMs: number;
  readonly acceptedBytes: CounterMetric<'source'>;
  /** A business event has no claim check: it is no larger than a record may be. */
  readonly maxBytes: number;
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly freshId: () => string;
}

export interface EventRequest {
  readonly entityName: string;
  readonly message: IncomingMessage;
  /** Epoch milliseconds, when its headers were there. */
  readonly startedAt: number;
  /** Told once the client is known, so that the outcome is counted under its name. */
  readonly onClient: (client: string) => void;
}

const json = { kind: 'json' } as const;
const known: Readonly<Record<string, EntityDefinition<CanonicalEntity> | undefined>> = entities as never;

/** One business event: who sends it is known by an API key, what it is by the entity's schema. */
export async function receiveEvent(door: EventDoor, request: EventRequest): Promise<Answer> {
  const { message } = request;
  const client = await findKey(door.keys, message);
  request.onClient(client.client);
  const entity = Object.hasOwn(known, request.entityName) ? known[request.entityName] : undefined;
  if (entity === undefined)
    throw new Refusal({
      status: 404,
      code: 'X_GATEWAY_ENTITY_UNKNOWN',
      detail: `expected one of ${Object.keys(known).join(', ')}`,
    });
  if (message.method !== 'POST')
    throw new Refusal({ status: 405, code: 'X_GATEWAY_METHOD', detail: 'expected POST', headers: { Allow: 'POST' } });
  if (!client.scopes.includes('*') && !client.scopes.includes(request.entityName))
    throw new Refusal({
      status: 403,
      code: 'X_GATEWAY_SCOPE',
      detail: `this key does not cover ${request.entityName}`,
    });
  const contentEncoding = message.headers['content-encoding'];
  if (!isJsonType(message.headers['content-type']) || isCloudEvent(message)) throw unsupportedType([json]);
  if (!isKnownEncoding(contentEncoding)) throw unsupportedEncoding();
  const key = idempotencyKeyOf(message);
  const version = statedVersion(message, request.startedAt);
  const refused = await door.clientRate.pass(client.client);
  if (refused !== null) throw refused;

  const share = shareOf(door.budget);
  let isHandedOver = false;
  try {
    const body = await readBody(message, { maxBytes: door.maxBytes, timeoutMs: door.bodyTimeoutMs, budget: share });
    const receivedAt = door.now();
    const unpacked = await unpackBodyPooled(body, contentEncoding, door.maxBytes).catch(refuseBody);
    if (unpacked !== body && !share.take(unpacked.length))
      throw shed('X_GATEWAY_MEMORY', 'too many bodies are in flight');
    const event = readEvent(entity, unpacked, { version, receivedAt });
    const identity = key ?? door.freshId();
    const id = eventId([client.client, request.entityName, identity]);
    const taking = door.intake.take({
      source: `${client.client}/${request.entityName}`,
      identity,
      eventId: id,
      receivedAt,
      digest: sha256(unpacked),
      write: () => {
        const traceparent = edgeTraceparent(header(message, 'traceparent'), id);
        return door.outlet.send(
          eventRecord(entity, event, { version, client: client.client, id, receivedAt, traceparent }),
        );
      },
    });
    isHandedOver = true;
    const release = (): void => share.release();
    taking.then(release, release);
    const taken = await beforeDeadline(taking, request.startedAt + door.deadlineMs - door.now());
    if (taken.kind === 'conflict')
      throw new Refusal({
        status: 409,
        code: 'X_GATEWAY_IDEMPOTENCY_CONFLICT',
        detail: 'another body came with this Idempotency-Key before',
      });
    const isDuplicate = taken.kind === 'duplicate';
    if (!isDuplicate) door.acceptedBytes.inc({ source: `client/${client.client}` }, body.length);
    return {
      outcome: { kind: isDuplicate ? 'duplicate' : 'accepted' },
      status: isDuplicate ? 200 : 202,
      headers: { 'Millrace-Event-Id': id },
      body: { kind: 'json', value: isDuplicate ? { id, duplicate: true } : { id } },
    };
  } finally {
    if (!isHandedOver) share.release();
  }
}

/** Several of one name are joined by commas, as HTTP has it. */
function header(message: IncomingMessage, name: string): string | undefined {
  return message.headersDistinct[name]?.join(', ');
}

/** Structured CloudEvents are JSON too; taken for an entity they would fail with a wrong reason. */
function isCloudEvent(message: IncomingMessage): boolean {
  return message.headers['content-type']?.toLowerCase().startsWith('application/cloudevents') === true;
}

function idempotencyKeyOf(message: IncomingMessage): string | null {
  const values = message.headersDistinct['idempotency-key'];
  if (values === undefined) return null;
  const [key] = values;
  if (values.length === 1 && key !== undefined && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Refusal({
    status: 400,
    code: 'X_GATEWAY_IDEMPOTENCY_KEY',
    detail: 'expected one Idempotency-Key of 1 to 255 visible characters',
  });
}
