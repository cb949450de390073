import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { Envelope } from '../envelope.ts';
import { type Handled, handlerOf, type Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { createDecodeRecord } from './decode-record.ts';
import { arrivalOf } from './inbound.ts';
import { outputRecords } from './outputs.ts';

export interface RanOnce<T> {
  readonly envelope: Envelope<T>;
  readonly handled: Handled;
  /** One for each of `handled.outputs`, as they would be published. */
  readonly records: readonly OutboundRecord[];
}

/**
 * One record through one pipeline without a broker: decoded, handled and encoded as `runPipeline` does it, and nothing is
 * published or committed. Rejects with what the record failed by.
 */
export async function runOnce<T>(
  pipeline: Pipeline<T>,
  record: InboundRecord,
  { serde }: { readonly serde: Serde },
  signal: AbortSignal,
): Promise<RanOnce<T>> {
  const envelope = await createDecodeRecord(pipeline, serde)(record, arrivalOf(record, 'source'));
  const handled = await handlerOf(pipeline)(envelope, signal);
  const to = new Set(pipeline.to.map(({ name }) => name));
  const records = outputRecords(handled.outputs, envelope, record, { stage: pipeline.name, to, serde });
  return { envelope, handled, records };
}
