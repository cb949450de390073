import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { defineSource, type Source } from '@millrace/connectors';
import { sources } from '@millrace/connectors/sources';
import { spansOf } from '../src/json-span.ts';
import { maskBody, maskHeaders, maskQuery } from '../src/mask.ts';

const aBody = 'the body cap of its source, before proof';
const aHeader = 'Node: 16 KB of all headers together';
const github = sources['github'] as Source;
const source = defineSource({
  ...github,
  name: 'masked',
  credentials: ['body:/token', 'body:/a/1/secret', 'query:sig', 'header:x-secret'],
});

/** All that reads strangers' text in this service and is not in a package; masking comes after parsing, so its JSON is well-formed. */
export const textFunctions: readonly TextFunction[] = [
  {
    name: 'spansOf',
    bound: aBody,
    run: (text) => spansOf(Buffer.from(text), ['a', '0', 'a']),
    texts: [
      hostileRun('{"a":[{"a":1}],"a":'),
      { name: 'one name over and over', make: (length) => `{${'"a":1,'.repeat(length / 6 - 2)}"a":1}` },
      { name: 'one object over and over', make: (length) => `{${'"a":[{"a":1}],'.repeat(length / 14 - 2)}"a":1}` },
    ],
  },
  {
    name: 'maskBody of JSON',
    bound: aBody,
    run: (text) => maskBody(Buffer.from(text), source, { kind: 'json' }),
    texts: [{ name: 'one secret over and over', make: (length) => `{${'"token":1,'.repeat(length / 10 - 2)}"a":1}` }],
  },
  {
    name: 'maskBody of a form',
    bound: `${aBody}, 10,000 fields`,
    run: (text) => maskBody(Buffer.from(text), source, { kind: 'form', field: 'payload', bare: true }),
    texts: [hostileRun('token=1&'), hostileRun('payload=1&')],
  },
  { name: 'maskQuery', bound: aHeader, run: (text) => maskQuery(text, source), texts: [hostileRun('sig=%&')] },
  { name: 'maskHeaders', bound: aHeader, run: (text) => maskHeaders([{ name: text, value: text }], source) },
];
