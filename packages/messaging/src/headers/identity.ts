import { idOfBytes } from '@millrace/text';
import type { HeaderPair } from '../broker.ts';
import { internedText, repeatedText, wholeNumber } from './pairs.ts';

/** The CloudEvents 1.0 attributes that travel as headers; everything else is in the Avro value. */
export interface Identity {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** ISO 8601. */
  readonly time: string;
  readonly correlationid: string;
  readonly causationid: string | null;
  readonly generation: number;
  readonly traceparent: string | null;
}

/** What a record's headers say of its identity: null where they say nothing. */
export type StatedIdentity = { readonly [Name in keyof Identity]: Identity[Name] | null };

/** Attributes that are on the wire already: making a buffer costs more than everything else about a header. */
export type IdentityBytes = { readonly [Name in 'time' | 'correlationid' | 'causationid']?: Buffer };

/** CloudEvents binary mode, in a fixed order. `known` must say the same as `identity`, where it says anything. */
export function identityHeaders(identity: Identity, known: IdentityBytes = noBytes): HeaderPair[] {
  const { causationid, traceparent } = identity;
  const headers: HeaderPair[] = [
    ['ce_specversion', internedText('1.0')],
    ['ce_id', Buffer.from(identity.id)],
    ['ce_source', internedText(identity.source)],
    ['ce_type', internedText(identity.type)],
    ['ce_time', known.time ?? Buffer.from(identity.time)],
    ['ce_correlationid', known.correlationid ?? Buffer.from(identity.correlationid)],
  ];
  if (causationid !== null) headers.push(['ce_causationid', known.causationid ?? Buffer.from(causationid)]);
  headers.push(['ce_generation', internedText(String(identity.generation))]);
  if (traceparent !== null) headers.push(['traceparent', Buffer.from(traceparent)]);
  return headers;
}

const noBytes: IdentityBytes = {};

/** One pass. Of a repeated name the last counts, as everywhere in Kafka. Total: nonsense reads as absent. */
export function readIdentity(headers: readonly HeaderPair[]): StatedIdentity {
  let id: string | null = null;
  let source: string | null = null;
  let type: string | null = null;
  let time: string | null = null;
  let correlationid: string | null = null;
  let causationid: string | null = null;
  let generation: number | null = null;
  let traceparent: string | null = null;
  for (const [name, value] of headers) {
    if (value === null || value.length === 0) continue;
    switch (name) {
      case 'ce_id':
        id = idOfBytes(value);
        break;
      case 'ce_source':
        source = repeatedText(value);
        break;
      case 'ce_type':
        type = repeatedText(value);
        break;
      case 'ce_time':
        time = value.toString();
        break;
      case 'ce_correlationid':
        correlationid = idOfBytes(value);
        break;
      case 'ce_causationid':
        causationid = idOfBytes(value);
        break;
      case 'ce_generation':
        generation = value.length === 1 && value[0] === 48 ? 0 : wholeNumber(value.toString());
        break;
      case 'traceparent':
        traceparent = value.toString();
        break;
      default:
        break;
    }
  }
  return { id, source, type, time, correlationid, causationid, generation, traceparent };
}
