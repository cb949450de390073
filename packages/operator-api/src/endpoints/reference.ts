import { z } from 'zod';
import { defineEndpoint } from '../endpoint/define-endpoint.ts';
import { flag, isoTime, name, wholeNumber } from '../endpoint/fields.ts';

const table = z
  .string()
  .regex(/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/, 'expected a table name such as accounts')
  .max(60);

const row = z.object({
  key: z.string(),
  attributes: z.record(z.string(), z.string()).nullable().describe('Null where the row does not decode.'),
  loadedAt: isoTime.nullable(),
});

const loaded = z.object({
  table: z.string(),
  rows: z.int().describe('In the file.'),
  loaded: z.int().describe('Written to the table.'),
  separator: z.string().optional().describe('Where it is not a comma: what the file was cut at.'),
  encoding: z.string().optional().describe('Where it is not UTF-8: what the file was read as.'),
  removes: z.int().optional().describe('Of a replacement: rows of the table that are not in the file.'),
  sample: z.array(z.string()).optional().describe('The first keys of those.'),
  removed: z.int().optional(),
});

export const reference = {
  tables: defineEndpoint({
    method: 'GET',
    path: '/v1/reference',
    summary: 'lists tables, with how many rows each has',
    permission: 'reference.read',
    scope: 'open',
    answer: z.array(z.object({ table: z.string(), rows: z.int(), loadedAt: isoTime.nullable() })),
  }),
  rows: defineEndpoint({
    method: 'GET',
    path: '/v1/reference/{table}',
    summary: 'shows the rows of a table by key, as lookups find them',
    permission: 'reference.payload',
    scope: 'handler',
    params: z.strictObject({ table }),
    query: z.strictObject({
      limit: wholeNumber(1, 10_000).default(100),
      after: z.string().optional().describe('`next` of the page before.'),
    }),
    answer: z.object({ table: z.string(), rows: z.int(), items: z.array(row), next: z.string().nullable() }),
    audit: 'reference.rows',
    example: { table: 'accounts', limit: 20 },
  }),
  row: defineEndpoint({
    method: 'GET',
    path: '/v1/reference/{table}/row',
    summary: 'shows one row, as a lookup by this key finds it',
    permission: 'reference.payload',
    scope: 'handler',
    params: z.strictObject({ table }),
    query: z.strictObject({ key: name }),
    answer: row.extend({ table: z.string() }),
    audit: 'reference.row',
    example: { table: 'accounts', key: 'acme.example' },
  }),
  load: defineEndpoint({
    method: 'POST',
    path: '/v1/reference/{table}',
    summary: 'puts the rows of a CSV file with a header line into a table; the newest row of a key counts',
    permission: 'reference.load',
    scope: 'handler',
    params: z.strictObject({ table }),
    query: z.strictObject({
      key: name.optional().describe('The column that rows are looked up by; the first when absent.'),
      separator: name.optional().describe('Between columns; found out when absent.'),
      encoding: name.max(40).optional().describe('Of the file; UTF-8 or what its byte order mark says when absent.'),
      replace: flag.describe('Also remove the rows that the file does not have.'),
      plan: flag.describe('Only say what would be done.'),
    }),
    bytes: { type: 'application/octet-stream', limit: '64mb' },
    answer: loaded,
    status: 201,
    otherStatus: 200,
    audit: 'reference.load',
    example: { table: 'accounts', plan: true },
  }),
  delete: defineEndpoint({
    method: 'POST',
    path: '/v1/reference/{table}/delete',
    summary: 'removes rows: a lookup by these keys is a miss afterwards',
    permission: 'reference.load',
    scope: 'handler',
    params: z.strictObject({ table }),
    body: z.strictObject({ keys: z.array(name).min(1).max(10_000), plan: z.boolean().default(false) }),
    answer: z.object({
      table: z.string(),
      planned: z.int().describe('Rows that there are under the keys.'),
      deleted: z.int(),
      missing: z.array(z.string()).describe('Keys that no row has.'),
    }),
    audit: 'reference.delete',
    example: { table: 'accounts', keys: ['acme.example'], plan: true },
  }),
};
