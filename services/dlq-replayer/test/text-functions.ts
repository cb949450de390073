import type { TextFunction } from '@millrace/conformance/text-cost';
import { facts, table } from '../src/cli/printer.ts';

/** All that reads strangers' text in this service and is not in a package. */
export const textFunctions: readonly TextFunction[] = [
  { name: 'table', bound: 'what the operator asked to see', run: (text) => table(['a'], [[text]]) },
  { name: 'facts', bound: 'what the operator asked to see', run: (text) => facts([['a', text]]) },
];
