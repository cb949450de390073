import { type Topic, topics } from '@millrace/contracts';
import { type Flows, type Stage, topicsBeside } from '@millrace/flows';
import {
  createInMemorySerde,
  eventId,
  type HeaderPair,
  type InboundRecord,
  identityHeaders,
  isCodedError,
  type RanOnce,
  readIdentity,
  retry,
  runOnce,
  type Serde,
} from '@millrace/messaging';
import type { Accepted, DryRunPorts, DryService, DryStage, Findings, NotAccepted, OpenDryRun } from './dry-service.ts';
import { DryRunError, wrongSample } from './errors.ts';
import { readable, withBytes } from './readable.ts';
import type { DryRunReport, ShownRecord, Step, StepOutcome } from './report.ts';
import type { RecordSample, Sample } from './sample.ts';

export interface DryRunOptions {
  readonly ports: DryRunPorts;
  /** By name; a service without one runs no stage. */
  readonly services: ReadonlyMap<string, OpenDryRun>;
}

const mostRecords = 1_000;

/** Takes a sample through every stage that reads it or what comes of it, as the services would, and sends nothing. */
export async function dryRun(sample: Sample, options: DryRunOptions, signal: AbortSignal): Promise<DryRunReport> {
  const run = createRun(options);
  try {
    const accepted = await run.accept(sample);
    if (!('topic' in accepted)) return { sample: sample.kind, accepted: null, notes: [accepted.outcome], steps: [] };
    const { first, shown } = run.enter(accepted);
    return { sample: sample.kind, accepted: shown, notes: accepted.notes, steps: await run.follow(first, signal) };
  } finally {
    await run.close();
  }
}

function createRun({ ports, services }: DryRunOptions) {
  const { flows, now } = ports;
  const serde = createInMemorySerde();
  const known = topicsOf(flows);
  const opened = new Map<string, Promise<DryService>>();
  const serviceOf = (name: string): Promise<DryService> | null => {
    const open = services.get(name);
    if (open === undefined) return null;
    const service = opened.get(name) ?? Promise.resolve(open(ports));
    opened.set(name, service);
    return service;
  };
  /** The service that lets records in: it has no stage, and whoever has one is opened by what reaches it. */
  const atEdge = async (kind: 'webhook' | 'event'): Promise<DryService> => {
    for (const name of services.keys()) {
      if (flows.stages.some(({ service }) => service === name)) continue;
      const service = await serviceOf(name);
      if (service?.[kind] !== undefined) return service;
    }
    throw new TypeError(`no service of the dry run takes a ${kind}`);
  };
  let offset = 0;
  const placed = (topic: string, record: Pick<InboundRecord, 'key' | 'value' | 'headers'>): InboundRecord => ({
    ...record,
    ...{ topic, partition: 0, offset: offset++, timestamp: now() },
  });
  const shownOf = ({
    topic,
    key,
    value,
    headers,
  }: Omit<InboundRecord, 'partition' | 'offset' | 'timestamp'>): ShownRecord => {
    const { id, type } = readIdentity(headers);
    const decoded = value === null ? null : known.get(topic)?.decode(value.subarray(wirePrefix));
    return { topic, key: key?.toString() ?? null, id, type, value: readable(decoded) };
  };

  return {
    async accept(sample: Sample): Promise<Accepted | NotAccepted> {
      if (sample.kind === 'record') return recordOf(sample, { flows, known, now });
      const service = await atEdge(sample.kind);
      const taken = sample.kind === 'webhook' ? service.webhook?.(sample) : service.event?.(sample);
      return (await taken) ?? { outcome: 'nothing' };
    },
    enter({ topic, key, headers, value }: Accepted): { readonly first: InboundRecord; readonly shown: ShownRecord } {
      const first = placed(topic.name, {
        ...{ key: key === null ? null : Buffer.from(key), headers, value: serde.encode(topic, value) },
      });
      return { first, shown: shownOf(first) };
    },
    async follow(first: InboundRecord, signal: AbortSignal): Promise<readonly Step[]> {
      const steps: Step[] = [];
      const waiting = [first];
      for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
        for (const stage of readersOf(flows, record.topic)) {
          const { step, records } = await takeStep(
            stage,
            record,
            { service: serviceOf(stage.service), serde, shownOf },
            signal,
          );
          steps.push(step);
          for (const made of records) waiting.push(placed(made.topic, made));
          if (steps.length > mostRecords)
            throw new DryRunError(
              'X_DRY_RUN_ENDLESS',
              `after ${mostRecords} steps there is no end of the sample in sight`,
            );
        }
      }
      return steps;
    },
    close: async (): Promise<void> => {
      for (const service of opened.values()) await service.then((one) => one.close?.()).catch(() => undefined);
    },
  };
}

/** Magic byte and schema id. */
const wirePrefix = 5;

/** Those that read it as it came; who watches dead letters reads none of it. */
const readersOf = ({ stages }: Flows, topic: string): readonly Stage[] =>
  stages.filter(({ from }) => from.includes(topic));

function topicsOf(flows: Flows): ReadonlyMap<string, Topic<unknown>> {
  const all = [
    ...(Object.values(topics) as Topic<unknown>[]),
    ...topicsBeside(flows).map(({ topic }) => topic as Topic<unknown>),
  ];
  return new Map(all.map((topic) => [topic.name, topic]));
}

interface Surroundings {
  readonly service: Promise<DryService> | null;
  readonly serde: Serde;
  readonly shownOf: (record: Pick<InboundRecord, 'topic' | 'key' | 'value' | 'headers'>) => ShownRecord;
}

async function takeStep(
  { stage, service, group, flow, route }: Stage,
  record: InboundRecord,
  around: Surroundings,
  signal: AbortSignal,
): Promise<{ readonly step: Step; readonly records: RanOnce<unknown>['records'] }> {
  const { topic, key, id } = around.shownOf(record);
  const about = { stage, service, group, flow, route, input: { topic, key, id } };
  const dry = (await around.service)?.stages?.find(({ pipeline }) => pipeline.group === group);
  if (dry === undefined) {
    const reason = `${service} takes no part in dry runs with this stage (services/${service}/src/dry-run.ts)`;
    return { step: { ...about, outcome: { kind: 'not-run', reason }, records: [] }, records: [] };
  }
  const { outcome, records, findings } = await ran(dry, record, around.serde, signal);
  return { step: { ...about, outcome, ...findings, records: records.map(around.shownOf) }, records };
}

async function ran(
  { pipeline, findings }: DryStage,
  record: InboundRecord,
  serde: Serde,
  signal: AbortSignal,
): Promise<{
  readonly outcome: StepOutcome;
  readonly findings: Findings;
  readonly records: RanOnce<unknown>['records'];
}> {
  try {
    const { handled, records } = await runOnce(pipeline, record, { serde }, signal);
    return { outcome: handled.outcome, findings: findings(), records };
  } catch (error) {
    signal.throwIfAborted();
    // What nobody foresaw is tried again, as by the pipeline.
    const { code, message, disposition } = isCodedError(error)
      ? error
      : { code: 'X_INTERNAL', message: Error.isError(error) ? error.message : 'unknown', disposition: retry() };
    return {
      outcome: { kind: 'failed', code, disposition: disposition.kind, message },
      findings: findings(),
      records: [],
    };
  }
}

function recordOf(
  { topic: name, key, value }: RecordSample,
  {
    flows,
    known,
    now,
  }: { readonly flows: Flows; readonly known: ReadonlyMap<string, Topic<unknown>>; readonly now: () => number },
): Accepted {
  const readable = [...new Set(flows.stages.flatMap(({ from }) => from))].filter((one) => known.has(one));
  const topic = readable.includes(name) ? known.get(name) : undefined;
  if (topic === undefined)
    throw wrongSample([
      { pointer: '/topic', message: `no stage of the flows reads ${name}; they read ${readable.join(', ')}` },
    ]);
  const read = withBytes(topic.schema, value);
  const violations = topic.violations(withDefaults(topic, read));
  if (violations.length > 0)
    throw wrongSample(violations.map(({ pointer, message }) => ({ pointer: `/value${pointer}`, message })));
  return { topic, key, headers: headersOf(topic, value, now), value: read, notes: [] };
}

/** Fields with a default may be absent in a sample, as they may in a record. */
function withDefaults({ schema }: Topic<unknown>, value: unknown): unknown {
  const { fields = [] } = schema as {
    readonly fields?: readonly { readonly name: string; readonly default?: unknown }[];
  };
  if (typeof value !== 'object' || value === null) return value;
  const defaults = fields.filter((field) => 'default' in field).map((field) => [field.name, field.default] as const);
  return { ...Object.fromEntries(defaults), ...value };
}

function headersOf({ name, type }: Topic<unknown>, value: unknown, now: () => number): readonly HeaderPair[] {
  const id = eventId(['dry-run', name, JSON.stringify(value)]);
  const time = new Date(now()).toISOString();
  return identityHeaders({
    ...{ id, source: 'dry-run', type, time, correlationid: id },
    ...{ causationid: null, generation: 0, traceparent: null },
  });
}
