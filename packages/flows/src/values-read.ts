import { compileExpression, rootPaths } from './expression-check.ts';

/** What an expression reads of its input by plain names (`account.tier`), with what stands there; undefined for nothing. */
export function valuesRead(
  expression: string,
  input: unknown,
): readonly { readonly path: string; readonly value: unknown }[] {
  return rootPaths(compileExpression(expression)).map((steps) => ({
    path: steps.join('.'),
    value: steps.reduce<unknown>(
      (at, step) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, step)
          ? (at as Readonly<Record<string, unknown>>)[step]
          : undefined,
      input,
    ),
  }));
}
