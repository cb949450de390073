import { afterEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import {
  CodedError,
  createInMemoryBroker,
  type InMemoryBroker,
  type Producer,
  retry,
  type Serde,
} from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createReferenceTables, type ReferenceTables } from '../src/reference-tables.ts';
import { bareSerde, never, rejectionOf } from './builders.ts';

const topic = topics.referenceRows;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Bench {
  readonly broker: InMemoryBroker;
  readonly tables: ReferenceTables;
  readonly put: (table: string, key: string, attributes: Readonly<Record<string, string>> | null) => Promise<void>;
  readonly producer: Producer;
}

async function bench(serde: Serde = bareSerde, rows: readonly string[] = []): Promise<Bench> {
  const broker = createInMemoryBroker({
    topics: [{ name: topic.name, partitions: 3, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } }],
  });
  const producer = await broker.createProducer();
  const put: Bench['put'] = async (table, key, attributes) => {
    const value = attributes === null ? null : topic.encode({ table, key, attributes, loadedAt: 0 });
    await producer.send({ topic: topic.name, key: Buffer.from(`${table}/${key}`), value, headers: [] });
  };
  for (const key of rows) await put('accounts', key, { key });
  const tables = createReferenceTables({
    broker,
    serde,
    tables: ['accounts', 'owners'],
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    refreshTimeoutMs: 200,
  });
  opened.push(broker, tables);
  return { broker, tables, put, producer };
}

describe('reference tables', () => {
  it('are ready when everything that was there can be found', async () => {
    const { tables } = await bench(bareSerde, ['a', 'b', 'c']);
    expect(tables.readiness().ok).toBe(false);
    await tables.open(never);
    expect(tables.readiness()).toStrictEqual({ ok: true });
    expect(['a', 'b', 'c', 'd'].map((key) => tables.find('accounts', key))).toStrictEqual([
      { key: 'a' },
      { key: 'b' },
      { key: 'c' },
      null,
    ]);
  });

  it('find a row by the key of its file, however a record spells it', async () => {
    const { tables } = await bench(bareSerde, ['contoso.example', 'café.example']);
    await tables.open(never);
    for (const key of ['contoso.example', 'Contoso.Example', ' CONTOSO.EXAMPLE '])
      expect(tables.find('accounts', key)).toStrictEqual({ key: 'contoso.example' });
    expect(tables.find('accounts', 'Cafe\u0301.example')).toStrictEqual({ key: 'café.example' });
  });

  it('find rows that were written under another spelling, the newest first, until all are removed', async () => {
    const { tables, put } = await bench();
    await tables.open(never);
    await put('accounts', 'Contoso.Example', { name: 'old' });
    await tables.refresh(never);
    expect(tables.find('accounts', 'contoso.example')).toStrictEqual({ name: 'old' });
    await put('accounts', 'contoso.example', { name: 'new' });
    await tables.refresh(never);
    expect(tables.find('accounts', 'contoso.example')).toStrictEqual({ name: 'new' });
    await put('accounts', 'contoso.example', null);
    await tables.refresh(never);
    expect(tables.find('accounts', 'contoso.example')).toStrictEqual({ name: 'old' });
    await put('accounts', 'Contoso.Example', null);
    await tables.refresh(never);
    expect(tables.find('accounts', 'contoso.example')).toBeNull();
  });

  it('are ready at once when there is nothing', async () => {
    const { tables } = await bench();
    await tables.open(never);
    await tables.refresh(never);
    expect(tables.find('accounts', 'a')).toBeNull();
  });

  it('find what was written before a refresh: new rows, changed ones, and keys with a slash', async () => {
    const { tables, put } = await bench(bareSerde, ['a', 'b']);
    await tables.open(never);
    await put('accounts', 'a', { tier: 'gold' });
    await put('accounts', 'b', null);
    await put('owners', 'acme/mill', { team: 'platform' });
    await put('others', 'x', {});
    await Promise.all([tables.refresh(never), tables.refresh(never)]);
    expect(tables.find('accounts', 'a')).toStrictEqual({ tier: 'gold' });
    expect(tables.find('accounts', 'b')).toBeNull();
    expect(tables.find('owners', 'acme/mill')).toStrictEqual({ team: 'platform' });
    expect(tables.find('others', 'x')).toBeNull();
  });

  it('are read through the gaps that compaction leaves', async () => {
    const { broker, tables, put } = await bench(bareSerde, ['a', 'b', 'a', 'b', 'a']);
    broker.compact(topic.name);
    await tables.open(never);
    await put('accounts', 'c', { key: 'c' });
    await tables.refresh(never);
    expect(tables.find('accounts', 'c')).toStrictEqual({ key: 'c' });
  });

  it('pass over a row that nobody can read', async () => {
    const { tables, put, producer } = await bench(bareSerde, ['a']);
    await producer.send({
      topic: topic.name,
      partition: 0,
      key: Buffer.from('accounts/x'),
      value: Buffer.from([0xff]),
      headers: [],
    });
    await producer.send({ topic: topic.name, partition: 0, key: null, value: Buffer.from([1]), headers: [] });
    await tables.open(never);
    await put('accounts', 'b', { key: 'b' });
    await tables.refresh(never);
    expect(tables.find('accounts', 'b')).toStrictEqual({ key: 'b' });
  });

  it('keep the order of a key while a schema is being fetched', async () => {
    const gate = Promise.withResolvers<void>();
    let first = true;
    const slow: Serde = {
      ...bareSerde,
      decode: (of, bytes) => {
        if (!first) return bareSerde.decode(of, bytes);
        first = false;
        return gate.promise.then(() => bareSerde.decode(of, bytes));
      },
    };
    const { tables, put } = await bench(slow);
    await tables.open(never);
    await put('accounts', 'a', { version: '1' });
    await put('accounts', 'a', { version: '2' });
    const refreshed = tables.refresh(never);
    gate.resolve();
    await refreshed;
    expect(tables.find('accounts', 'a')).toStrictEqual({ version: '2' });
  });

  it('are tried again, not missed, while rows cannot be decoded for want of the registry', async () => {
    const away: Serde = {
      ...bareSerde,
      decode: () => {
        throw new CodedError('X_TEST_REGISTRY', 'away', { disposition: retry(), unavailable: true });
      },
    };
    const { tables, put } = await bench(away);
    await tables.open(never);
    await put('accounts', 'a', {});
    expect(await rejectionOf(tables.refresh(never))).toMatchObject({
      code: 'X_ENRICH_TABLES_BEHIND',
      disposition: { kind: 'retry' },
      unavailable: true,
    });
  });

  it('stop waiting when asked to', async () => {
    const { tables } = await bench();
    await expect(tables.open(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });
});
