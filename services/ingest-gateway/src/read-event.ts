import { parseDocument } from '@millrace/connectors';
import {
  type CanonicalEntity,
  type Deletion,
  type EntityDefinition,
  type EntityReceived,
  readInstantFields,
} from '@millrace/contracts';
import { identityHeaders } from '@millrace/messaging';
import { destinations, fitId, fitValue } from '@millrace/text';
import { refuseBody } from './body-refusals.ts';
import { Refusal } from './outcome.ts';
import type { OutgoingRecord } from './outlet.ts';
import { readDeletion } from './read-deletion.ts';
import { refuseFutureVersion, type StatedVersion } from './stated-version.ts';

export interface ReadEvent {
  readonly value: CanonicalEntity;
  readonly deletion: Deletion | null;
}

/** A body as an event of the entity. Pure. Throws a `Refusal` that names each place which does not fit. */
export function readEvent(
  entity: EntityDefinition<CanonicalEntity>,
  body: Buffer,
  { version, receivedAt }: { readonly version: StatedVersion; readonly receivedAt: number },
): ReadEvent {
  const event = validEvent(entity, body, version.timeMs ?? receivedAt);
  if (version.statement === null) refuseFutureVersion(entity, event.value, receivedAt);
  return event;
}

function validEvent(entity: EntityDefinition<CanonicalEntity>, body: Buffer, happenedAt: number): ReadEvent {
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
    return parseDocument(body, { kind: 'json' });
  } catch (error) {
    return refuseBody(error);
  }
}

/** The edge record as it goes to Kafka. Pure. */
export function eventRecord(
  entity: EntityDefinition<CanonicalEntity>,
  { value, deletion }: ReadEvent,
  about: {
    readonly version: StatedVersion;
    readonly client: string;
    readonly id: string;
    readonly receivedAt: number;
    readonly traceparent: string;
  },
): OutgoingRecord<EntityReceived<CanonicalEntity>> {
  const { version, client, id, receivedAt, traceparent } = about;
  return {
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
  };
}
