import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generate } from '../scripts/generate.ts';
import { fingerprint, readGoldens } from '../scripts/goldens.ts';
import { readSchemaFiles } from '../scripts/schema-files.ts';
import { lintSchemas } from '../scripts/schema-lint.ts';
import { allTopics, readTopicTable } from '../scripts/topic-table.ts';
import type { AvroNode } from '../src/avro-schema.ts';
import { type EntityName, entities, recordType, topics } from '../src/index.ts';

const schemasFolder = join(import.meta.dirname, '../../../schemas');
const generatedFolder = join(import.meta.dirname, '../src/generated');
const again = generate(schemasFolder);
const goldens = readGoldens(join(schemasFolder, 'golden'));

describe('generated files', () => {
  it('equal a fresh generation', () => {
    expect(readdirSync(generatedFolder).sort()).toStrictEqual([...again.modules.keys()].sort());
    for (const [name, text] of again.modules) expect(readFileSync(join(generatedFolder, name), 'utf8')).toBe(text);
    expect(readFileSync(join(schemasFolder, 'README.md'), 'utf8')).toBe(again.catalogue);
  });

  it('give every row of the table a constant of the same name and subject', () => {
    for (const row of allTopics(again.table)) {
      expect(Object.entries(topics).find(([constant]) => constant === row.constant)?.[1]).toMatchObject({
        name: row.name,
        subject: `${row.name}-value`,
        type: row.type,
      });
    }
  });
});

describe('composed schemas', () => {
  it.each(allTopics(again.table))('of $name are registered as schemas/ says', ({ constant, schema }) => {
    const topic = Object.entries(topics).find(([name]) => name === constant)?.[1];
    expect(JSON.stringify(topic?.schema)).toBe(JSON.stringify(schema));
  });

  it.each(again.table.entities)('of $name alone are what schemas/ says', ({ name, schema }) => {
    expect(JSON.stringify(entities[name as EntityName].record.schema)).toBe(JSON.stringify(schema));
  });

  it('declare the fields of an entity in one file, and what is around every entity in another', () => {
    const declaring = (text: string) =>
      [...again.modules].filter(([, module]) => module.includes(text)).map(([name]) => name);
    expect(declaring('What the requester wrote first.')).toStrictEqual(['tickets.ts']);
    expect(declaring('When the gateway took it, epoch milliseconds.')).toStrictEqual(['entity.ts']);
    expect(again.modules.get('tickets.ts')?.split("name: 'subject'")).toHaveLength(2);
    expect(again.modules.get('entity.ts')?.split("name: 'receivedAt'")).toHaveLength(2);
  });
});

describe('goldens', () => {
  it.each(allTopics(again.table))('the present schema of $name has one', ({ golden, schema }) => {
    const prints = goldens.filter(({ name }) => name === golden).map((one) => fingerprint(one.schema));
    expect(prints).toContain(fingerprint(schema));
  });

  it.each(goldens)('$name.$minor decodes into its values', ({ name, schema, records, values }) => {
    const row = allTopics(again.table).find(({ golden }) => golden === name);
    const read = recordType<object>(row?.schema ?? {}).reader(schema);
    expect(records).toHaveLength(values.length);
    for (const [at, record] of records.entries()) expect(read(record)).toMatchObject(values[at] as object);
  });
});

describe('schema rules', () => {
  const files = readSchemaFiles(schemasFolder);
  const withSchema = (path: string, schema: AvroNode) => lintSchemas([...files, { path, schema }]);

  it('hold for schemas/', () => {
    expect(lintSchemas(files)).toStrictEqual([]);
  });

  it('refuse what would be read wrongly, each with its place', () => {
    const problems = withSchema('orders/order.v1', {
      type: 'record',
      name: 'Purchase',
      namespace: 'io.millrace.shop.v1',
      doc: 'x',
      fields: [
        { name: 'a', type: ['int', 'string'], doc: 'x', default: null },
        { name: 'b', type: ['null', 'string'], doc: 'x' },
        { name: 'c', type: 'string' },
        { name: 'd', type: 'Nowhere', doc: 'x' },
      ],
    });
    expect(problems).toStrictEqual([
      "orders/order.v1: namespace is io.millrace.shop.v1, the file's place says io.millrace.orders.v1",
      "orders/order.v1: name is Purchase, the file's name says order",
      'orders/order.v1: Purchase.a is a union other than ["null", one type]',
      'orders/order.v1: Purchase.b may be null, so its default is null',
      'orders/order.v1: Purchase.c has no doc',
      'orders/order.v1: Purchase.d names Nowhere, which no file declares',
    ]);
  });

  const record = (folder: string, name: string, type: string): { path: string; schema: AvroNode } => ({
    path: `${folder}/${name.toLowerCase()}.v1`,
    schema: {
      type: 'record',
      name,
      namespace: `io.millrace.${folder}.v1`,
      doc: 'x',
      fields: [{ name: 'a', doc: 'x', type }],
    },
  });

  it.each(['shop', 'baskets'])(
    'refuse records that refer to each other in a circle, the other in folder %s',
    (folder) => {
      const around = [
        record('shop', 'Purchase', `io.millrace.${folder}.v1.Basket`),
        record(folder, 'Basket', 'io.millrace.shop.v1.Purchase'),
      ];
      expect(lintSchemas([...files, ...around])).toStrictEqual(['shop/purchase.v1: refers to itself by way of others']);
    },
  );

  it('refuse two folders whose records refer to each other, though no record does to itself', () => {
    const around = [
      record('shop', 'Purchase', 'io.millrace.baskets.v1.Basket'),
      record('baskets', 'Basket', 'string'),
      record('baskets', 'Voucher', 'io.millrace.shop.v1.Price'),
      record('shop', 'Price', 'string'),
    ];
    expect(lintSchemas([...files, ...around])).toStrictEqual(['shop: refers to itself by way of others']);
  });

  it('refuse rows of topics.yaml that are incomplete, all at once', () => {
    const text = readFileSync(join(schemasFolder, 'topics.yaml'), 'utf8');
    const broken = text
      .replace('schema: ops/ops-control.v1', 'schema: ops/nothing.v1')
      .replace('retention: 400d', 'retention: soon');
    expect(() => readTopicTable(broken, files)).toThrow(/ops\/nothing\.v1[\s\S]*retention soon/);
  });

  it.each(['[1m, 10m, soon]', '[10m, 1m]', '[]'])('refuse retry tiers that are no rising durations: %s', (tiers) => {
    const text = readFileSync(join(schemasFolder, 'topics.yaml'), 'utf8');
    expect(() => readTopicTable(text.replace(/tiers: \[.*\]/, `tiers: ${tiers}`), files)).toThrow(/retry tiers/);
  });
});
