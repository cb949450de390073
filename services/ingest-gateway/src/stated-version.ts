import type { IncomingMessage } from 'node:http';
import { type CanonicalEntity, type EntityDefinition, isoInstantOf } from '@millrace/contracts';
import { isVersion, statedInstant, statedNumber } from '@millrace/messaging';
import { Refusal } from './outcome.ts';

/** What a request states of which event of its entity is newest. */
export interface StatedVersion {
  /** How the record's `sequence` begins; null when the request states nothing. */
  readonly statement: string | null;
  /** When it happened, as the producer says; null when it does not. */
  readonly timeMs: number | null;
}

type Distinct = Pick<IncomingMessage, 'headersDistinct'>;

const sequenceHeaders = ['millrace-sequence', 'ce-sequence'] as const;
const timeHeader = 'ce-time';

/** A count goes before a time: who states both has said more precisely what is newest. */
export function statedVersion(message: Distinct, now: number): StatedVersion {
  const timeMs = statedTime(message, now);
  const count = statedCount(message);
  if (count !== null) return { statement: statedNumber(count), timeMs };
  return { statement: timeMs === null ? null : statedInstant(timeMs), timeMs };
}

/**
 * A version from the far future would keep every later event of its key out, and nobody would be told but by a row that
 * never changes again. So it is refused where somebody still listens.
 */
export function refuseFutureVersion(
  entity: EntityDefinition<CanonicalEntity>,
  value: CanonicalEntity,
  now: number,
): void {
  const { version } = entity;
  const stated = version === null ? null : (value as unknown as Readonly<Record<string, unknown>>)[version];
  if (typeof stated !== 'number' || stated <= now || isVersion(stated, now)) return;
  throw new Refusal({
    status: 422,
    code: 'X_GATEWAY_VERSION_FUTURE',
    detail: 'the event says that it is newer than anything of today can be',
    errors: [{ pointer: `/${version}`, message: 'expected an instant that is at most a day ahead of our clock' }],
  });
}

function statedCount(message: Distinct): bigint | null {
  const values = sequenceHeaders.flatMap((name) => message.headersDistinct[name] ?? []);
  const [first] = values;
  if (first === undefined) return null;
  if (new Set(values).size === 1 && /^\d{1,19}$/.test(first)) return BigInt(first);
  throw new Refusal({
    status: 400,
    code: 'X_GATEWAY_SEQUENCE',
    detail: 'expected one Millrace-Sequence (or ce-sequence): a whole number of 19 digits at most',
  });
}

function statedTime(message: Distinct, now: number): number | null {
  const values = message.headersDistinct[timeHeader] ?? [];
  const [first] = values;
  if (first === undefined) return null;
  const timeMs = values.length === 1 ? isoInstantOf(first) : null;
  if (timeMs === null)
    throw new Refusal({ status: 400, code: 'X_GATEWAY_TIME', detail: 'expected one ce-time, as RFC 3339 has it' });
  if (isVersion(timeMs, now)) return timeMs;
  // The beginning of time is what programs write where they have none, and it would be older than everything.
  if (timeMs <= now) return null;
  throw new Refusal({
    status: 422,
    code: 'X_GATEWAY_VERSION_FUTURE',
    detail: 'ce-time is more than a day ahead of our clock',
  });
}
