import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, type ReferenceRow, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase, testNamespace } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, provision } from '@millrace/kafka';
import {
  type Broker,
  CodedError,
  deadLetter,
  deadLetterHeaderNames,
  type HeaderPair,
  type InboundRecord,
  identityHeaders,
  type PipelineRun,
  type Producer,
  pipeline,
  replayHeaderNames,
  retryHeaderNames,
  runPipeline,
  type Serde,
} from '@millrace/messaging';
import type { DeadLetterView, JobView } from '@millrace/operator-api';
import { createLogger, createMetrics } from '@millrace/service';
import type { RecordView } from '../src/topics/record-view.ts';
import type { Trace } from '../src/trace/trace.ts';
import { type RunningReplayer, startReplayer, tokens, until } from './support/replayer.ts';

const ns = testNamespace();
const failing = `sink-writers.${ns}.failing`;
const other = `sink-writers.${ns}.other`;
const parts = 4;
const logger = createLogger({ service: 'test', level: 'silent' });
// A topic of this file alone, with the schema of a shared one: groups of other files must not see our records.
const source = Object.assign(Object.create(topics.referenceRows), {
  name: `${ns}.source.v1`,
  subject: `${ns}.source.v1-value`,
}) as typeof topics.referenceRows;

let database: TestDatabase;
let broker: Broker;
let producer: Producer;
let serde: Serde & { close(): void };
let replayer: RunningReplayer;
const runs: PipelineRun[] = [];
const seen: Record<string, string[]> = { [failing]: [], [other]: [] };
/** What the destination cannot take at the moment, and why. */
const broken = new Map<string, string>();

const startGroup = async (group: string): Promise<void> => {
  const run = runPipeline(
    pipeline<ReferenceRow>({
      name: group,
      group,
      from: [source],
      handle: ({ data }) => {
        const why = group === failing ? broken.get(data.key) : undefined;
        if (why !== undefined)
          throw new CodedError(why, `the destination has no ${data.table}`, { disposition: deadLetter });
        seen[group]?.push(data.key);
        return { outputs: [], outcome: { kind: 'delivered' } };
      },
    }),
    { broker, producer, serde, logger, metrics: createMetrics(), onFatal: () => {} },
  );
  runs.push(run);
  await run.start();
};

const send = async (key: string, extra: readonly HeaderPair[] = []): Promise<string> => {
  const id = randomUUID();
  await producer.send({
    topic: source.name,
    key: Buffer.from(key),
    value: serde.encode(source, { table: 'accounts', key, attributes: {}, loadedAt: 1 }),
    headers: [
      ...identityHeaders({
        id,
        source: ns,
        type: 'x',
        time: new Date().toISOString(),
        correlationid: id,
        causationid: null,
        generation: 0,
        traceparent: null,
      }),
      ...extra,
    ],
  });
  return id;
};

const recordsOf = async (topic: string): Promise<readonly InboundRecord[]> => {
  const offsets = await broker.admin.offsets([topic]);
  const records: InboundRecord[] = [];
  const ranges = offsets.map(({ partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest }));
  for await (const record of broker.readRanges(ranges)) records.push(record);
  return records;
};

const openDeadLetters = async (count: number): Promise<readonly DeadLetterView[]> =>
  until(`${count} open dead letters`, async () => {
    const { items } = await replayer.call<{ items: DeadLetterView[] }>(`/v1/dlq?group=${failing}&limit=1000`);
    return items.length === count && items;
  });

const finished = (job: string): Promise<JobView> =>
  until(`job ${job} answered`, async () => {
    const now = await replayer.call<JobView>(`/v1/jobs/${job}`);
    return now.state === 'done' && now.waiting === 0 && now;
  });

const redrive = async (body: object): Promise<JobView> => {
  const plan = await replayer.call<JobView>('/v1/dlq/redrive', { method: 'POST', body });
  await replayer.call(`/v1/jobs/${plan.job}/start`, { method: 'POST' });
  return finished(plan.job);
};

beforeAll(async () => {
  const { kafkaBrokers, registryUrl } = testCluster();
  database = await testDatabase();
  broker = connectKafka({ brokers: kafkaBrokers, clientId: ns, logger });
  const templates = topicSpecs([failing, other, `dlq-replayer.${ns}`], { partitions: parts });
  await provision(broker.admin, [
    ...templates,
    { name: source.name, partitions: parts, replicationFactor: 1, config: {} },
  ]);
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const topic of [
    source,
    ...Object.values(topics).filter(({ name }) => name.startsWith('ops.') || name.startsWith('reference.')),
  ]) {
    await schemas.register(topic.subject, topic.schema);
  }
  serde = connectRegistry({ url: registryUrl, logger });
  await serde.pin([source]);
  producer = await broker.createProducer();
  replayer = await startReplayer({
    broker: connectKafka({ brokers: kafkaBrokers, clientId: `${ns}-replayer`, logger }),
    serde: connectRegistry({ url: registryUrl, logger }),
    postgresUrl: database.url,
    groups: [failing, other],
    instance: `${ns}-replayer`,
    indexGroup: `dlq-replayer.${ns}`,
  });
  await Promise.all([startGroup(failing), startGroup(other)]);
});

afterAll(async () => {
  for (const run of runs) {
    await run.drain();
    await run.close();
  }
  await replayer.stop();
  serde.close();
  await producer.close();
  await broker.close();
  await database.drop();
});

describe('a redrive on real Kafka', () => {
  it('shows failures by cause, sends them back to the group that failed alone, and resolves them by its answer', async () => {
    for (const [key, code] of [
      ['a1', 'X_T_LOOKUP'],
      ['a2', 'X_T_LOOKUP'],
      ['b1', 'X_T_CHANNEL'],
    ] as const)
      broken.set(key, code);
    const ids = await Promise.all(['a1', 'a2', 'b1', 'fine'].map((key) => send(key)));
    await openDeadLetters(3);
    const groups = await replayer.call<
      { code: string; count: number; group: string; fingerprint: string; firstSeen: string }[]
    >(`/v1/dlq/groups?group=${failing}`);
    expect(groups.map(({ code, count, group }) => ({ code, count, group }))).toEqual([
      { code: 'X_T_LOOKUP', count: 2, group: failing },
      { code: 'X_T_CHANNEL', count: 1, group: failing },
    ]);
    expect(Date.parse(groups[0]?.firstSeen ?? '')).not.toBeNaN();

    broken.clear();
    const { fingerprint } = groups[0] as { fingerprint: string };
    const plan = await replayer.call<JobView>('/v1/dlq/redrive', {
      method: 'POST',
      body: { group: failing, fingerprint },
    });
    expect(plan).toMatchObject({
      state: 'planned',
      planned: 2,
      sent: 0,
      left: 2,
      skipped: {},
      byFingerprint: { [fingerprint]: 2 },
    });
    expect(await recordsOf(groupTopics(failing).lane)).toHaveLength(0);
    await replayer.call(`/v1/jobs/${plan.job}/start`, { method: 'POST' });
    expect(await finished(plan.job)).toMatchObject({ planned: 2, sent: 2, resolved: 2, failedAgain: 0, waiting: 0 });

    expect((await openDeadLetters(1))[0]).toMatchObject({ key: 'b1', status: 'UNRESOLVED' });
    expect(await redrive({ group: failing })).toMatchObject({
      planned: 3,
      sent: 1,
      skipped: { resolved: 2 },
      resolved: 1,
    });
    await openDeadLetters(0);
    expect(seen[failing]?.toSorted()).toEqual(['a1', 'a2', 'b1', 'fine']);
    expect(seen[other]?.toSorted()).toEqual(['a1', 'a2', 'b1', 'fine']);
    expect(await recordsOf(groupTopics(other).lane)).toHaveLength(0);

    const again = await replayer.call<JobView>('/v1/dlq/redrive', { method: 'POST', body: { group: failing } });
    expect(again).toMatchObject({ planned: 3, left: 0, skipped: { resolved: 3 } });
    expect(await replayer.call(`/v1/jobs/${again.job}/start`, { method: 'POST' })).toMatchObject({
      code: 'X_REPLAY_EMPTY',
      status: 409,
    });

    const trace = await replayer.call<Trace>(`/v1/trace/${ids[0]}`);
    expect(trace).toMatchObject({ id: ids[0], complete: true });
    const { hops } = trace;
    expect(hops.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`))).toEqual([
      'dead-lettered X_T_LOOKUP',
      'redriven',
      'resolved(delivered)',
    ]);
  });

  it('copies key, value and headers byte for byte, duplicates and nulls included, into the same partition', async () => {
    const odd: readonly HeaderPair[] = [
      ['x-twice', Buffer.from([0, 255, 1])],
      ['x-null', null],
      ['x-twice', Buffer.alloc(0)],
      ['é', Buffer.from('ü')],
    ];
    broken.set('odd', 'X_T_ODD');
    const id = await send('odd', odd);
    const [row] = await openDeadLetters(1);
    broken.clear();
    await redrive({ ids: [row?.id] });
    const mine = ({ headers }: InboundRecord): boolean =>
      headers.some(([name, value]) => name === 'ce_id' && value?.toString() === id);
    const [original] = (await recordsOf(source.name)).filter(mine);
    const [copy] = (await recordsOf(groupTopics(failing).lane)).filter(mine);
    expect(copy?.partition).toBe(original?.partition);
    expect(copy?.key?.equals(original?.key as Buffer)).toBe(true);
    expect(copy?.value?.equals(original?.value as Buffer)).toBe(true);
    const ours = new Set([...replayHeaderNames, ...deadLetterHeaderNames, ...retryHeaderNames]);
    const foreign = (record: InboundRecord | undefined) =>
      record?.headers
        .filter(([name]) => !ours.has(name))
        .map(([name, value]) => [name, value?.toString('hex') ?? null]);
    expect(foreign(copy)).toEqual(foreign(original));
  });

  it('counts what fails again under its new dead letter, and parks it after three redrives', async () => {
    broken.set('stubborn', 'X_T_STUBBORN');
    await send('stubborn');
    for (const round of [1, 2, 3]) {
      await openDeadLetters(1);
      expect(await redrive({ group: failing, since: '10m' })).toMatchObject({ sent: 1, failedAgain: 1, resolved: 0 });
      const [next] = await until('the new dead letter', async () => {
        const rows = await openDeadLetters(1);
        return rows[0]?.redrives === round && rows;
      });
      expect(next?.status).toBe(round === 3 ? 'PARKED' : 'UNRESOLVED');
    }
    const parked = await replayer.call<JobView>('/v1/dlq/redrive', {
      method: 'POST',
      body: { group: failing, fingerprint: (await openDeadLetters(1))[0]?.fingerprint },
    });
    expect(parked).toMatchObject({ planned: 1, left: 0, skipped: { parked: 1 } });
    broken.clear();
    expect(await redrive({ ids: [(await openDeadLetters(1))[0]?.id], force: true })).toMatchObject({
      sent: 1,
      resolved: 1,
    });
    await openDeadLetters(0);
  });

  it('goes on where it was after a restart in the middle of a job, and every record is answered', async () => {
    const keys = Array.from({ length: 120 }, (_, index) => `slow-${index}`);
    for (const key of keys) broken.set(key, 'X_T_SLOW');
    await Promise.all(keys.map((key) => send(key)));
    await openDeadLetters(120);
    broken.clear();
    const plan = await replayer.call<JobView>('/v1/dlq/redrive', {
      method: 'POST',
      body: { group: failing, since: '5m', ratePerSecond: 60 },
    });
    await replayer.call(`/v1/jobs/${plan.job}/start`, { method: 'POST' });
    await until('the first copies', async () =>
      (await recordsOf(groupTopics(failing).lane)).some(({ key }) => key?.toString().startsWith('slow-') === true),
    );
    await replayer.stop();
    const { kafkaBrokers, registryUrl } = testCluster();
    replayer = await startReplayer({
      broker: connectKafka({ brokers: kafkaBrokers, clientId: `${ns}-replayer-2`, logger }),
      serde: connectRegistry({ url: registryUrl, logger }),
      postgresUrl: database.url,
      groups: [failing, other],
      indexGroup: `dlq-replayer.${ns}`,
      instance: `${ns}-replayer`, // the same after a restart: its own lease holds nobody up
    });
    const report = await finished(plan.job);
    expect(report).toMatchObject({ sent: 120, left: 0 });
    expect(report.sent + Object.values(report.skipped).reduce((sum, count) => sum + count, 0)).toBe(report.planned);
    await openDeadLetters(0);
    expect(new Set(seen[failing]?.filter((key) => key.startsWith('slow-'))).size).toBe(120);
  });

  it('rebuilds the same index from Kafka alone', async () => {
    const before = await replayer.call<{ items: DeadLetterView[] }>(`/v1/dlq?group=${failing}&all=true&limit=1000`);
    await replayer.database.query('TRUNCATE dlq_replayer.dead_letters, dlq_replayer.acks');
    expect(await replayer.call('/v1/dlq/reindex', { method: 'POST' })).toMatchObject({ read: before.items.length });
    const after = await replayer.call<{ items: DeadLetterView[] }>(`/v1/dlq?group=${failing}&all=true&limit=1000`);
    const facts = ({ statusAt: _, ...row }: DeadLetterView) => row;
    expect(after.items.map(facts)).toEqual(before.items.map(facts));
  });

  it('audits before it acts, and shows a dead letter with its decoded record', async () => {
    broken.set('shown', 'X_T_SHOWN');
    await send('shown');
    const [row] = await openDeadLetters(1);
    const shown = await replayer.call<{ record: RecordView; status: string }>(`/v1/dlq/${row?.id}`);
    // The topic of this file has no schema of its own in the catalogue: bytes are shown, and why.
    expect(shown.record.undecodable).toMatchObject({ code: 'X_TOPIC_UNKNOWN' });
    expect(
      await replayer.call('/v1/dlq/discard', { method: 'POST', body: { ids: [row?.id], reason: 'test' } }),
    ).toEqual({ discarded: 1, skipped: 0 });
    await openDeadLetters(0);
    const audited = await replayer.call<RecordView[]>('/v1/topics/ops.audit/records?limit=50');
    expect(audited.map(({ value }) => (value as { action: string }).action)).toEqual(
      expect.arrayContaining(['dlq.discard', 'dlq.redrive', 'dlq.plan', 'dlq.reindex']),
    );
    expect(await replayer.call('/v1/dlq/groups', { token: tokens.approver })).toEqual(expect.any(Array));
  });
});
