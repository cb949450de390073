import { setTimeout as pause } from 'node:timers/promises';
import type { Broker, InboundRecord, OutboundRecord, Producer } from '@millrace/messaging';
import { type Metrics, names } from '@millrace/service';
import type { Job, PlannedRecord } from './job.ts';
import type { JobStore } from './job-store.ts';
import { discardMarker, laneCopy, rangesOver } from './lane-copy.ts';

export interface JobRunOptions {
  readonly broker: Broker;
  readonly producer: Producer;
  readonly jobs: JobStore;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly runner: string;
  readonly leaseMs: number;
  /** Told of every chunk that is in the lane. */
  readonly onSent: (job: Job, dlqIds: readonly string[]) => Promise<void>;
}

const recordsPerChunk = 500;

/**
 * Sends what is left of a job, chunk by chunk: read raw, copy to the lane, mark. A crash between copy and mark copies that
 * chunk again, which ids and effects absorb. Resolves true when nothing is left, false when the lease went to another.
 */
export async function runJob(job: Job, options: JobRunOptions, signal: AbortSignal): Promise<boolean> {
  const { jobs, now, runner, leaseMs, metrics } = options;
  // A chunk is at most a third of a lease long, so that a slow rate never looks like a crash.
  const size = Math.max(1, Math.min(recordsPerChunk, Math.floor((job.ratePerSecond * leaseMs) / 3_000)));
  for (;;) {
    signal.throwIfAborted();
    if (!(await jobs.renew(job.job, runner, now() + leaseMs))) return false;
    const planned = await jobs.next(job, size);
    if (planned.length === 0) return true;
    const copies = await copiesOf(planned, job, options.broker, signal);
    const expired = planned.filter((_, at) => copies[at] === null).map(({ dlqId }) => dlqId);
    if (expired.length > 0) await jobs.markSkipped(job.job, expired, 'expired');
    const here = copies.filter((copy) => copy !== null);
    await sendPaced(here, job, options, signal);
    const sent = planned.filter((_, at) => copies[at] !== null).map(({ dlqId }) => dlqId);
    await jobs.markSent(job.job, sent, now());
    await options.onSent(job, sent);
    metrics.counter(names.metrics.replay.sent).inc({ group: job.group }, sent.length);
    metrics.counter(names.metrics.replay.skipped).inc({ group: job.group, reason: 'expired' }, expired.length);
  }
}

/** In the order of the plan; null for what has expired. */
async function copiesOf(
  planned: readonly PlannedRecord[],
  job: Job,
  broker: Broker,
  signal: AbortSignal,
): Promise<readonly (OutboundRecord | null)[]> {
  if (job.selection.mode === 'discard') return planned.map((record) => discardMarker(record, job));
  const found = await readRaw(broker, planned, signal);
  return planned.map((record) => {
    const raw = found.get(record.dlqId);
    return raw === undefined ? null : laneCopy(raw, record, job);
  });
}

async function readRaw(
  broker: Broker,
  planned: readonly PlannedRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, InboundRecord>> {
  const wanted = new Map(
    planned.map((record) => [`${record.topic}/${record.partition}/${record.offset}`, record.dlqId]),
  );
  const found = new Map<string, InboundRecord>();
  for await (const record of broker.readRanges(rangesOver(planned), signal)) {
    const dlqId = wanted.get(`${record.topic}/${record.partition}/${record.offset}`);
    if (dlqId !== undefined) found.set(dlqId, record);
  }
  return found;
}

/** In slices of a tenth of a second's worth; the producer keeps the order of the calls within each partition. */
async function sendPaced(
  copies: readonly OutboundRecord[],
  { ratePerSecond }: Job,
  { producer }: JobRunOptions,
  signal: AbortSignal,
): Promise<void> {
  const slice = Math.max(1, Math.floor(ratePerSecond / 10));
  for (let from = 0; from < copies.length; from += slice) {
    const started = performance.now();
    const part = copies.slice(from, from + slice);
    await Promise.all(part.map((copy) => producer.send(copy, signal)));
    const due = (part.length / ratePerSecond) * 1_000 - (performance.now() - started);
    if (due > 1) await pause(due, undefined, { signal });
  }
}
