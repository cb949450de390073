import type { IncomingMessage } from 'node:http';
import { isJsonType, isKnownEncoding, parseDocument, unpackBodyPooled } from '@millrace/connectors';
import {
  type CanonicalEntity,
  type Deletion,
  type EntityDefinition,
  entities,
  readInstantFields,
} from '@millrace/contracts';
import { edgeTraceparent, eventId, identityHeaders } from '@millrace/messaging';
import type { CounterMetric } from '@millrace/service';
import { destinations, fitId, fitValue } from '@millrace/text';
import { refuseBody, unsupportedEncoding, unsupportedType } from './body-refusals.ts';
import { type ByteBudget, shareOf } from './byte-budget.ts';
import { findKey, type KnownKeys } from './find-key.ts';
import { beforeDeadline, type Intake } from './intake.ts';
import { type Answer, Refusal, shed } from './outcome.ts';
import type { Outlet } from './outlet.ts';
import { sha256 } from './raw-record.ts';
import { readBody } from './read-body.ts';
import { readDeletion } from './read-deletion.ts';
import { refuseFutureVersion, type StatedVersion, statedVersion } from './stated-version.ts';
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
    const event = validEvent(entity, unpacked, version.timeMs ?? receivedAt);
    if (version.statement === null) refuseFutureVersion(entity, event.value, receivedAt);
    const identity = key ?? door.freshId();
    const id = eventId([client.client, request.entityName, identity]);
    const taking = door.intake.take({
      source: `${client.client}/${request.entityName}`,
      identity,
      eventId: id,
      receivedAt,
      digest: sha256(unpacked),
      write: () =>
        writeEvent(door, {
          ...{ entity, ...event, version, id, receivedAt },
          client: client.client,
          traceparent: edgeTraceparent(header(message, 'traceparent'), id),
        }),
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

interface ValidEvent {
  readonly value: CanonicalEntity;
  readonly deletion: Deletion | null;
}

function validEvent(entity: EntityDefinition<CanonicalEntity>, body: Buffer, happenedAt: number): ValidEvent {
  const { stated, kind, violations: noKind } = readDeletion(entity, parsed(body));
  // Clients write instants in every unit there is; from here on they are epoch milliseconds.
  const { value, violations: noInstants } = readInstantFields(entity.record, stated);
  const violations = [...noKind, ...noInstants, ...entity.record.violations(value)];
  if (violations.length > 0)
    throw new Refusal({
      status: 422,
      code: 'X_GATEWAY_EVENT_INVALID',
      detail: `the event does not fit ${entity.name} in ${violations.length} place(s)`,
      errors: violations,
    });
  const known = value as CanonicalEntity;
  if (known.id === '')
    throw new Refusal({
      status: 422,
      code: 'X_GATEWAY_EVENT_INVALID',
      detail: 'the event has no id',
      errors: [{ pointer: '/id', message: 'expected a text that is not empty' }],
    });
  const { updatedAt } = known as { readonly updatedAt?: unknown };
  const at = typeof updatedAt === 'number' ? updatedAt : happenedAt;
  return { value: storable(known), deletion: kind === null ? null : { kind, at, reason: null } };
}

/** What no table holds is U+FFFD from here on, in every topic and destination alike; the id stays one of its own. */
function storable(entity: CanonicalEntity): CanonicalEntity {
  const id = fitId(entity.id);
  const fitted = fitValue(entity, destinations.postgres);
  return fitted.id === id ? fitted : { ...fitted, id };
}

function parsed(body: Buffer): unknown {
  try {
    return parseDocument(body, json);
  } catch (error) {
    return refuseBody(error);
  }
}

function writeEvent(
  door: EventDoor,
  event: {
    readonly entity: EntityDefinition<CanonicalEntity>;
    readonly value: CanonicalEntity;
    readonly version: StatedVersion;
    readonly deletion: Deletion | null;
    readonly client: string;
    readonly id: string;
    readonly receivedAt: number;
    readonly traceparent: string;
  },
) {
  const { entity, value, deletion, version, client, id, receivedAt, traceparent } = event;
  return door.outlet.send({
    topic: entity.received,
    key: `${client}:${value.id}`,
    headers: identityHeaders({
      id,
      source: client,
      type: entity.received.type,
      time: new Date(version.timeMs ?? receivedAt).toISOString(),
      correlationid: id,
      causationid: null,
      generation: 0,
      traceparent,
    }),
    // A clock of ours never says which event is newest: the next gateway has another.
    value: { sequence: version.statement, receivedAt, source: client, raw: null, entity: value, deletion },
  });
}
