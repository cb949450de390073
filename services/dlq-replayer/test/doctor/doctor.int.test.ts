import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, type Topic, topicSpecs, topics } from '@millrace/contracts';
import { freePorts, type RunningKafka, startKafka } from '@millrace/embedded';
import { type TestDatabase, testCluster, testDatabase, testNamespace } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, provision, type SchemaAdmin } from '@millrace/kafka';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import {
  type Broker,
  type PipelineRun,
  type Producer,
  pipeline,
  runPipeline,
  type Serde,
  systemClock,
} from '@millrace/messaging';
import { type Credentials, connectCredentials } from '@millrace/operator-api/credentials';
import { createLogger, createMetrics } from '@millrace/service';
import { type ChecksOptions, defaultDoctorLimits, installationChecks } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Examination } from '../../src/doctor/finding.ts';
import { checkSchemas } from '../../src/doctor/schema-findings.ts';
import { indexHistory } from '../../src/index/schema.ts';
import { createPipelines, type Pipelines } from '../../src/pipelines/pipelines.ts';
import { createPublisher } from '../../src/publisher.ts';
import { createJobStore, type JobStore } from '../../src/redrive/job-store.ts';
import { until } from '../support/replayer.ts';

// A cluster of its own: the doctor looks at everything, and other files would see what is broken here.
const ns = testNamespace();
const normalise = 'enricher.normalise';
const archive = 'sink-writers.tickets.archive';
const groups = [normalise, archive];
const sources: Readonly<Record<string, Topic<never>>> = {
  [normalise]: topics.webhooksReceived as Topic<never>,
  [archive]: topics.ticketsClassified as Topic<never>,
};
const logger = createLogger({ service: 'test', level: 'silent' });
const never = new AbortController().signal;
const day = 86_400_000;

let folder: string;
let kafka: RunningKafka;
let temporary: TestDatabase;
let database: Database;
let broker: Broker;
let producer: Producer;
let serde: Serde & { close(): void };
let schemas: SchemaAdmin;
let pipelines: Pipelines;
let jobs: JobStore;
let credentials: Credentials;
const runs = new Map<string, PipelineRun>();

const start = async (group: string, aheadMs = 0): Promise<void> => {
  const run = runPipeline(
    pipeline<never>({
      ...{ name: group, group },
      from: [sources[group] as Topic<never>],
      handle: () => ({ outputs: [], outcome: { kind: 'delivered' } }),
    }),
    {
      ...{ broker, producer, serde, logger },
      metrics: createMetrics(),
      onFatal: () => {},
      clock: { ...systemClock, now: () => Date.now() + aheadMs },
    },
  );
  runs.set(group, run);
  await run.start();
};

const examined = (over: Partial<ChecksOptions> = {}): Promise<Examination> =>
  examine(
    {
      now: Date.now,
      checks: installationChecks({
        versions: null,
        ...{ broker, database, pipelines, jobs, schemas, groups },
        ...{ credentials: credentials.store, sourceNames: ['zendesk'] },
        reads: new Map(
          Object.entries(sources).map(([group, topic]) => {
            const { retry, lane } = groupTopics(group);
            return [group, [topic.name, ...Object.values(retry), lane]];
          }),
        ),
        withStrays: true,
        hasOrdinal: true,
        declared: 1,
        limits: defaultDoctorLimits,
        now: Date.now,
        ...over,
      }),
      answers: {
        kafka: () => broker.isReachable(2_000),
        postgres: () => database.isReachable(),
      },
    },
    never,
  );

/** Until the broker that is asked has learnt of a change. */
const finding = (where: string, over: Partial<ChecksOptions> = {}) =>
  until(`a finding about ${where}`, async () => {
    const { findings } = await examined({ schemas: null, ...over });
    return findings.find((one) => one.where === where) ?? false;
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-doctor-'));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  [kafka, temporary] = await Promise.all([
    startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort }),
    testDatabase(),
  ]);
  const { registryUrl } = testCluster();
  database = connectDatabase({ url: temporary.url, histories: [indexHistory], applicationName: 'test', logger });
  broker = connectKafka({ brokers: kafka.brokers, clientId: ns, logger });
  await provision(broker.admin, topicSpecs(groups));
  schemas = connectSchemaAdmin({ url: registryUrl, timeoutMs: 20_000 });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  serde = connectRegistry({ url: registryUrl, logger });
  producer = await broker.createProducer();
  jobs = createJobStore(database);
  credentials = connectCredentials({ url: temporary.url, name: 'test', now: Date.now, logger });
  await credentials.open();
  const publisher = createPublisher({ producer, serde, now: Date.now, newId: () => ns });
  pipelines = createPipelines({ broker, serde, publisher, groups, reads: new Map(), logger, now: Date.now });
  await pipelines.open();
  await Promise.all(groups.map((group) => start(group)));
}, 90_000);

afterAll(async () => {
  await Promise.all([...runs.values()].map((run) => run.close()));
  await pipelines.close();
  serde.close();
  await producer.close();
  await broker.close();
  await credentials.close();
  await database.close();
  await temporary.drop();
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the doctor on a real installation', () => {
  it('finds nothing wrong where nothing is', async () => {
    await until('both pipelines have said how they stand', async () => pipelines.stamped().length === groups.length);
    const { checked, findings } = await examined();
    expect(findings).toEqual([]);
    expect(checked).toEqual([
      'kafka',
      'postgres',
      'topics',
      'durability',
      'groups',
      'strays',
      'clocks',
      'driver',
      'schemas',
      'pipelines',
      'keys',
      'jobs',
    ]);
  });

  it('demands three copies, two in sync, where nobody declared a single broker', async () => {
    const { findings } = await examined({ declared: undefined, schemas: null });
    expect(findings.map(({ check, severity, what }) => [check, severity, what])).toEqual([
      ['durability', 'error', expect.stringContaining('replication factor 1, 3 demanded')],
      ['durability', 'error', expect.stringContaining('min.insync.replicas below 2')],
      ['durability', 'warning', expect.stringContaining('nothing says how many brokers keep each record')],
    ]);
  });

  it('names every topic that has fewer copies than were declared', async () => {
    const { findings } = await examined({ declared: 3, schemas: null });
    const topicsWithout = findings.filter(({ check, what }) => check === 'topics' && what.includes('1 replicas, 3'));
    expect(topicsWithout).toHaveLength(topicSpecs(groups).length);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'durability', where: expect.stringContaining('__consumer_offsets') }),
    );
  });

  it('names a topic whose retention was shortened', async () => {
    const name = topics.issuesReceived.name;
    await broker.admin.alterTopicConfig(name, { 'retention.ms': '3600000' });
    expect(await finding(name)).toMatchObject({ check: 'topics', severity: 'error' });
    await broker.admin.alterTopicConfig(name, { 'retention.ms': String(7 * day) });
  });

  it('names a topic that got more partitions than the others', async () => {
    await broker.admin.createPartitions(topics.leadsReceived.name, 5);
    expect(await finding(topics.leadsReceived.name)).toMatchObject({ check: 'topics', severity: 'warning' });
  });

  it('names the topics that a route has not got, and that nobody serves it', async () => {
    const added = 'sink-writers.tickets.added';
    const { findings } = await examined({ groups: [...groups, added], schemas: null });
    const missing = findings.filter(({ what }) => what.startsWith('is missing')).map(({ where }) => where);
    expect(missing.toSorted()).toEqual(
      [...Object.values(groupTopics(added).retry), `dlq.${added}`, `lane.${added}`].toSorted(),
    );
    expect(findings).toContainEqual(expect.objectContaining({ check: 'groups', where: added, severity: 'error' }));
  });

  it('names what a removed route left behind, until it is deleted', async () => {
    const removed = 'sink-writers.tickets.removed';
    await broker.admin.createTopics(topicSpecs([removed]).filter(({ name }) => name.includes(removed)));
    expect(await finding(removed)).toMatchObject({ check: 'strays', severity: 'warning' });
  });

  it('names a halted pipeline, what waits for it, and how long that is kept yet', async () => {
    runs.get(normalise)?.halt('X_TEST_HALT');
    expect(await finding(normalise)).toMatchObject({ check: 'pipelines', severity: 'error' });
    const topic = topics.webhooksReceived.name;
    const record = { topic, key: null, value: Buffer.from('x'), headers: [] };
    // The broker stamps this topic; only while it does not can a record be made that has waited for days.
    await broker.admin.alterTopicConfig(topic, { 'message.timestamp.type': 'CreateTime' });
    await producer.send({ ...record, partition: 0, timestamp: Date.now() - 600_000 });
    expect(await finding(`${normalise} at ${topic}`)).toMatchObject({ check: 'groups', severity: 'warning' });
    await producer.send({ ...record, partition: 1, timestamp: Date.now() - 6 * day });
    const running = await until('retention runs out', async () => {
      const found = await finding(`${normalise} at ${topic}`);
      return found.check === 'retention' && found;
    });
    expect(running).toMatchObject({ severity: 'error', what: expect.stringMatching(/24 h are left$/) });
    await broker.admin.alterTopicConfig(topic, { 'message.timestamp.type': 'LogAppendTime' });
    await runs.get(normalise)?.resume();
    await until('nothing waits any more', async () => {
      const { findings } = await examined({ schemas: null });
      return findings.every(({ where }) => !where.startsWith(normalise));
    });
  });

  it('names a group that nobody is in any more', async () => {
    await runs.get(archive)?.drain();
    await runs.get(archive)?.close();
    expect(await finding(archive)).toMatchObject({ check: 'groups', severity: 'error' });
  });

  it('names a service whose clock is not Kafka’s', async () => {
    await start(archive, 30_000);
    await finding('Kafka’s clock, seen from sink-writers');
    const { findings } = await examined({ schemas: null });
    expect(findings.filter(({ check }) => check === 'clocks')).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('behind') },
    ]);
  });

  it('names Postgres’s clock where it is not ours', async () => {
    const where = 'Postgres’s clock, seen from dlq-replayer';
    const ahead = () => Date.now() + 600_000;
    expect(await finding(where, { now: ahead })).toMatchObject({ check: 'clocks', severity: 'error' });
  });

  it('names a key whose client has the name of a source that was added later, until it is revoked', async () => {
    const draft = { kind: 'key', roles: [], groups: [], topics: [], scopes: ['*'], expiresAt: null } as const;
    const { credential } = await credentials.store.create({ ...draft, name: 'zendesk' }, 'test');
    await credentials.store.create({ ...draft, name: 'web-shop' }, 'test');
    const keys = async () => (await examined({ schemas: null })).findings.filter(({ check }) => check === 'keys');
    expect(await keys()).toMatchObject([
      {
        severity: 'error',
        where: credential.id,
        what: expect.stringMatching(/client zendesk has the name of a source/),
      },
    ]);
    await credentials.store.revoke(credential, 'test');
    expect(await keys()).toEqual([]);
  });

  it('names a redrive that does not get on', async () => {
    const job = {
      ...{ job: `${ns}-job`, group: archive, actor: 'operator', reason: null, ratePerSecond: 1, endOffsets: {} },
      selection: { group: archive, fingerprint: null, ids: null, since: null, force: false },
      createdAt: Date.now() - day,
    };
    await jobs.plan(job, { approvalAbove: 1 });
    expect((await examined({ schemas: null })).findings.filter(({ check }) => check === 'jobs')).toEqual([]);
    await jobs.start(job.job, Date.now() - 600_000);
    expect(await finding(`job ${job.job}`)).toMatchObject({ check: 'jobs', severity: 'error' });
    await jobs.finish(job.job, 'done', null, Date.now());
  });

  it('names schemas that are not registered, and those that break what is', async () => {
    const subject = `${ns}-doctor-value`;
    const schema = (type: string) => ({ type: 'record', name: 'Doctored', fields: [{ name: 'a', type }] });
    expect(await checkSchemas(schemas, [{ subject, schema: schema('string') }])).toMatchObject([
      { severity: 'error', where: subject, what: expect.stringContaining('not registered') },
    ]);
    await schemas.register(subject, schema('string'));
    expect(await checkSchemas(schemas, [{ subject, schema: schema('string') }])).toEqual([]);
    expect(await checkSchemas(schemas, [{ subject, schema: schema('long') }])).toMatchObject([
      { severity: 'error', where: subject, what: expect.stringContaining('cannot be read') },
    ]);
  });

  it('says that Kafka does not answer, and looks at what can be looked at', async () => {
    await Promise.all([...runs.values()].map((run) => run.close()));
    await kafka.stop();
    const { checked, findings } = await examined({ schemas: null });
    expect(findings.filter(({ check }) => check !== 'clocks')).toMatchObject([{ check: 'kafka', severity: 'error' }]);
    expect(checked).toEqual(['kafka', 'postgres', 'clocks', 'driver', 'keys', 'jobs']);
  }, 30_000);
});
