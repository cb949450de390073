import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { parseReferenceFile } from '../src/reference-file.ts';

const options = { table: 'accounts', separator: ',', loadedAt: 0 };

/** All that reads others' files in this package; expressions over records run in a worker that is ended after 100 ms. */
export const textFunctions: readonly TextFunction[] = [
  {
    name: 'parseReferenceFile',
    bound: 'the body cap of the operator API',
    run: (text) => parseReferenceFile(text, options),
    texts: [
      {
        name: 'a head of many columns',
        make: (length) => Array.from({ length: length / 8 }, (_, at) => `c${at}`).join(),
      },
      { name: 'many rows', make: (length) => `a,b\n${'1,2\n'.repeat(length / 4 - 1)}` },
      hostileRun('"a",'),
      hostileRun('"'),
      hostileRun('a,\n'),
    ],
  },
  {
    name: 'parseReferenceFile without a separator',
    bound: 'the body cap of the operator API',
    run: (text) => parseReferenceFile(text, { table: 'accounts', loadedAt: 0 }),
    texts: [hostileRun('a;b,'), hostileRun('"sep=')],
  },
];
