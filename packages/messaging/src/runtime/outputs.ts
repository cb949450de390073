import { topics } from '@millrace/contracts';
import type { HeaderPair, InboundRecord, OutboundRecord } from '../broker.ts';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import { type IdentityBytes, identityHeaders } from '../headers/identity.ts';
import type { ReplayFacts } from '../headers/replay.ts';
import { outputId } from '../ids.ts';
import type { Outgoing } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { childTraceparent } from '../trace-context.ts';

/** What makes the same input give the same outputs, byte for byte. */
export interface OutputContext {
  readonly stage: string;
  /** Names of the topics that the pipeline declared. */
  readonly to: ReadonlySet<string>;
  readonly serde: Serde;
}

/**
 * The records of a handler's outputs. Id from parent, stage, type, item and generation; correlation, generation and
 * trace from the parent, with a span of its own; the parent is the cause. The source stays that of the fact's first system.
 */
export function outputRecords(
  outputs: readonly Outgoing[],
  parent: Envelope<unknown>,
  input: InboundRecord,
  context: OutputContext,
): OutboundRecord[] {
  if (outputs.length === 0) return [];
  const { lineage, bytes } = inheritedFrom(input.headers, parent.time);
  return outputs.map((output, ordinal) => {
    if (!context.to.has(output.to.name)) {
      throw new CodedError(
        'X_OUTPUT_TOPIC',
        `${context.stage} emitted to ${output.to.name}, which its pipeline does not declare in \`to\``,
        { disposition: deadLetter, step: 'produce' },
      );
    }
    const type = output.type ?? output.to.type;
    const id = outputId(parent.id, context.stage, type, output.item ?? ordinal, parent.generation);
    const identity = {
      id,
      source: parent.source,
      type,
      time: output.time ?? parent.time,
      correlationid: parent.correlationid,
      causationid: parent.id,
      generation: parent.generation,
      traceparent: childTraceparent(parent.traceparent, id),
    };
    const headers = identityHeaders(identity, output.time === undefined ? bytes : withoutTime(bytes));
    for (const pair of lineage) headers.push(pair);
    return {
      topic: output.to.name,
      key: keyBytes(output.key, parent, input),
      value: output.bytes ?? context.serde.encode(output.to, output.data),
      headers,
    };
  });
}

function keyBytes(key: string, parent: Envelope<unknown>, input: InboundRecord): Buffer | null {
  if (key === '') return null;
  return key === parent.key ? input.key : Buffer.from(key);
}

function withoutTime({ time: _, ...others }: IdentityBytes): IdentityBytes {
  return others;
}

interface Inherited {
  /** The job and its generation go on to everything that a replayed record causes. */
  readonly lineage: readonly HeaderPair[];
  /** What the outputs say in the same words as their parent. */
  readonly bytes: IdentityBytes;
}

function inheritedFrom(headers: readonly HeaderPair[], time: string): Inherited {
  const bytes: { -readonly [Name in keyof IdentityBytes]: Buffer } = {};
  const lineage: HeaderPair[] = [];
  for (const pair of headers) {
    const [name, value] = pair;
    if (value === null || value.length === 0) continue;
    if (name === 'ce_id') bytes.causationid = value;
    // A stranger's may have been read, or passed over: then it is not in the same words.
    else if (name === 'ce_time' && value.toString('latin1') === time) bytes.time = value;
    else if (name === 'ce_correlationid') bytes.correlationid = value;
    else if (name === 'replay.job' || name === 'replay.generation') lineage.push(pair);
  }
  return { lineage, bytes };
}

/** Tells the replayer what became of a record that it put into the lane. */
export interface ReplayVerdict {
  readonly group: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly eventId: string | null;
  readonly at: number;
}

export function replayAck(serde: Serde, replay: ReplayFacts, verdict: ReplayVerdict): OutboundRecord {
  return {
    topic: topics.opsReplayAck.name,
    key: Buffer.from(replay.of),
    value: serde.encode(topics.opsReplayAck, { job: replay.job, dlqId: replay.of, ...verdict }),
    headers: [],
  };
}
