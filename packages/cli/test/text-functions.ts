import type { TextFunction } from '@millrace/conformance/text-cost';
import { facts, table } from '../src/printer.ts';

/** All that reads strangers' text on its way to the terminal. */
export const textFunctions: readonly TextFunction[] = [
  { name: 'table', bound: 'what the operator asked to see', run: (text) => table(['a'], [[text]]) },
  { name: 'facts', bound: 'what the operator asked to see', run: (text) => facts([['a', text]]) },
];
