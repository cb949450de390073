import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordType, type Topic } from '@millrace/contracts';
import { testCluster, testNamespace } from '@millrace/embedded/testing';
import { connectRegistry, connectSchemaAdmin, type RegistrySerde, type SchemaAdmin } from '../../src/index.ts';
import { quiet, until } from '../kafka-harness.ts';

const space = testNamespace();

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
const field = (name: string, type: unknown = 'string', fallback?: unknown): Field => ({
  name,
  type,
  ...(fallback === undefined ? {} : { default: fallback }),
});
const schemaOf = (fields: readonly Field[]): object => ({ type: 'record', name: 'Note', namespace: space, fields });

function aTopic<T>(name: string, fields: readonly Field[]): Topic<T> {
  const topic = `${space}.${name}`;
  return Object.assign(recordType<T>(schemaOf(fields)), {
    name: topic,
    subject: `${topic}-value`,
    type: 'note.taken',
    partitions: 1,
  });
}

const outcome = async (action: () => unknown): Promise<unknown> => {
  try {
    return await action();
  } catch (error) {
    return error;
  }
};

describe('schema registry', () => {
  let url: string;
  let admin: SchemaAdmin;
  const serdes: RegistrySerde[] = [];
  const serde = (at = url, more: object = {}): RegistrySerde => {
    const made = connectRegistry({ url: at, logger: quiet, timeoutMs: 1_000, unknownIdGraceMs: 300, ...more });
    serdes.push(made);
    return made;
  };
  beforeAll(() => {
    url = testCluster().registryUrl;
    admin = connectSchemaAdmin({ url });
  });
  afterAll(() => {
    for (const each of serdes) each.close();
  });

  it('writes the wire format and reads it back', async () => {
    const topic = aTopic<{ text: string }>('wire', [field('text')]);
    const { id } = await admin.register(topic.subject, topic.schema);
    const notes = serde();
    await notes.pin([topic]);
    const bytes = notes.encode(topic, { text: 'héllo' });
    expect([bytes[0], bytes.readInt32BE(1)]).toEqual([0, id]);
    expect(notes.decode(topic, bytes)).toEqual({ text: 'héllo' });
  });

  it('reads what an older and a newer schema wrote, asking for each once', async () => {
    const v1 = aTopic<{ text: string }>('evolve', [field('text')]);
    const v2 = aTopic<{ text: string; mood: string }>('evolve', [field('text'), field('mood', 'string', 'calm')]);
    await admin.register(v1.subject, v1.schema);
    await admin.register(v2.subject, v2.schema);
    const [old, young] = [serde(), serde()];
    await Promise.all([old.pin([v1]), young.pin([v2])]);
    const fromOld = old.encode(v1, { text: 'a' });
    const fromYoung = young.encode(v2, { text: 'b', mood: 'glad' });
    expect(await young.decode(v2, fromOld)).toEqual({ text: 'a', mood: 'calm' });
    expect(await old.decode(v1, fromYoung)).toEqual({ text: 'b' });
    // The second time nothing is asked: the answer is no promise.
    expect(young.decode(v2, fromOld)).toEqual({ text: 'a', mood: 'calm' });
  });

  it('refuses at boot by name what is not registered in this version', async () => {
    const topic = aTopic<{ text: string }>('missing', [field('text')]);
    expect(await outcome(() => serde().pin([topic]))).toMatchObject({
      code: 'X_REGISTRY_SUBJECT_MISSING',
      disposition: { kind: 'halt' },
      message: expect.stringContaining(topic.subject),
    });
  });

  it.each([
    ['three bytes', Buffer.from([0, 0, 0]), 'X_SERDE_TOO_SHORT'],
    ['no bytes', Buffer.alloc(0), 'X_SERDE_TOO_SHORT'],
    ['plain JSON', Buffer.from('{"text":"a"}'), 'X_SERDE_MAGIC'],
    ['an id nobody gave', Buffer.from([0, 0x7f, 0xff, 0xff, 0xf0, 0]), 'X_SERDE_UNKNOWN_ID'],
  ])('sends %s to the dead letters', async (_, bytes, code) => {
    const topic = aTopic<{ text: string }>('wire', [field('text')]);
    expect(await outcome(() => serde().decode(topic, bytes))).toMatchObject({
      code,
      disposition: { kind: 'dead-letter' },
      step: 'decode',
    });
  });

  it('sends bytes that do not fit their schema to the dead letters, and so a value that does not', async () => {
    const topic = aTopic<{ text: string }>('wire', [field('text')]);
    const notes = serde();
    await notes.pin([topic]);
    const bytes = notes.encode(topic, { text: 'abc' });
    expect(await outcome(() => notes.decode(topic, bytes.subarray(0, 7)))).toMatchObject({ code: 'X_SERDE_DECODE' });
    expect(await outcome(() => notes.encode(topic, { text: 7 } as never))).toMatchObject({
      code: 'X_SERDE_ENCODE',
      disposition: { kind: 'dead-letter' },
      message: expect.stringContaining('text'),
    });
  });

  it('says that a record waits, not that it is bad, when the registry is away', async () => {
    const topic = aTopic<{ text: string }>('wire', [field('text')]);
    const bytes = Buffer.from([0, 0, 0, 0, 1, 2, 97]);
    expect(await outcome(() => serde('http://127.0.0.1:1/apis/ccompat/v7').decode(topic, bytes))).toMatchObject({
      code: 'X_REGISTRY_UNAVAILABLE',
      unavailable: true,
      disposition: { kind: 'retry' },
    });
  });

  it('gives up a registry that takes the request and never answers', async () => {
    const silent = createServer(() => undefined);
    const port = await listen(silent);
    const topic = aTopic<{ text: string }>('wire', [field('text')]);
    const began = performance.now();
    const result = await outcome(() =>
      serde(`http://127.0.0.1:${port}`, { timeoutMs: 300 }).decode(topic, Buffer.from([0, 0, 0, 0, 1, 2, 97])),
    );
    expect(result).toMatchObject({ code: 'X_REGISTRY_UNAVAILABLE', unavailable: true });
    expect(performance.now() - began).toBeLessThan(5_000);
    silent.closeAllConnections();
    silent.close();
  });

  it('waits at boot for a registry that is not up yet', async () => {
    const topic = aTopic<{ text: string }>('late', [field('text')]);
    const { id } = await admin.register(topic.subject, topic.schema);
    const proxy = createServer((request, response) => {
      void forward(`${url}${request.url}`, request.method ?? 'GET', request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
    let isUp = false;
    let refused = 0;
    proxy.on('connection', (socket) => {
      if (isUp) return;
      refused += 1;
      socket.destroy();
    });
    const port = await listen(proxy);
    const notes = serde(`http://127.0.0.1:${port}`);
    const pinned = notes.pin([topic]);
    await until(() => refused > 1, 'it has tried again');
    isUp = true;
    await pinned;
    expect(notes.encode(topic, { text: 'a' }).readInt32BE(1)).toBe(id);
    proxy.closeAllConnections();
    proxy.close();
  });
});

describe('schema administration', () => {
  const registry = (): SchemaAdmin => connectSchemaAdmin({ url: testCluster().registryUrl });
  const subject = (name: string): string => `${space}.${name}-value`;

  it('registers once, and again without a change', async () => {
    const admin = registry();
    const schema = schemaOf([field('text')]);
    expect(await admin.check(subject('again'), schema)).toMatchObject({ state: 'new' });
    const first = await admin.register(subject('again'), schema);
    const second = await admin.register(subject('again'), schema);
    expect([first.isNew, second.isNew, second.id]).toEqual([true, false, first.id]);
    expect(await admin.check(subject('again'), schema)).toMatchObject({ state: 'registered' });
  });

  it('refuses a field without default, and names field and version', async () => {
    const admin = registry();
    await admin.register(subject('strict'), schemaOf([field('text')]));
    await admin.register(subject('strict'), schemaOf([field('text'), field('mood', 'string', 'calm')]));
    const broken = schemaOf([field('text'), field('weight', 'int')]);
    const checked = await admin.check(subject('strict'), broken);
    expect(checked.state).toBe('incompatible');
    expect(checked.problems.map(({ version }) => version)).toEqual([1, 2]);
    expect(checked.problems[0]?.reason).toContain('weight');
    expect(await outcome(() => admin.register(subject('strict'), broken))).toMatchObject({
      code: 'X_REGISTRY_INCOMPATIBLE',
      message: expect.stringContaining('weight'),
    });
  });

  it('is protected from the first version on', async () => {
    const { registryUrl } = testCluster();
    const name = subject('level');
    await registry().register(name, schemaOf([field('text')]));
    const level = await fetch(`${registryUrl}/config/${name}`);
    expect(await level.json()).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' });
  });

  it('says that the registry is away', async () => {
    expect(
      await outcome(() => connectSchemaAdmin({ url: 'http://127.0.0.1:1' }).check('x-value', schemaOf([]))),
    ).toMatchObject({ code: 'X_REGISTRY_UNAVAILABLE', unavailable: true });
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function forward(
  url: string,
  method: string,
  body: AsyncIterable<Buffer>,
): Promise<{ status: number; body: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const answer = await fetch(url, { method, headers, ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}) });
  return { status: answer.status, body: await answer.text() };
}
