/**
 * W3C Trace Context, as far as a record carries it: one trace from the sender to the destination, a span per record.
 * Spans are named after the record's id, so the same input gives the same output headers, however often it is handled.
 */

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Sampled, and "the trace id is random": what the version that we write knows. */
const knownFlags = 0x03;

interface TraceContext {
  readonly traceId: string;
  /** Two hexadecimal digits. */
  readonly flags: string;
}

/** Null for anything that the recommendation says to ignore. */
function parse(header: string): TraceContext | null {
  const [, version, traceId = '', span = '', flags = '', more] = pattern.exec(header) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(span)) return null;
  return { traceId, flags: (Number.parseInt(flags, 16) & knownFlags).toString(16).padStart(2, '0') };
}

/** The context of an edge record: goes on with the sender's trace where it names one, else begins one under the event's id. */
export function edgeTraceparent(sent: string | undefined, id: string): string {
  const { traceId, flags } = (sent === undefined ? null : parse(sent)) ?? { traceId: digitsOf(id), flags: '01' };
  return `00-${traceId}-${spanOf(id)}-${flags}`;
}

/** The context of what a record caused; null where the record has none that can be read. */
export function childTraceparent(parent: string | null, id: string): string | null {
  const context = parent === null ? null : parse(parent);
  return context === null ? null : `00-${context.traceId}-${spanOf(id)}-${context.flags}`;
}

const digitsOf = (uuid: string): string => uuid.replaceAll('-', '');

/** The second half of a UUID; its variant bits keep it from being all zeros, which would be no span. */
const spanOf = (uuid: string): string => uuid.slice(19, 23) + uuid.slice(24);
