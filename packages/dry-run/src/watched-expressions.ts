import { type Expressions, isTrue, valuesRead } from '@millrace/flows';
import { cut } from '@millrace/text';
import type { Condition } from './dry-service.ts';

interface Evaluated {
  readonly expression: string;
  readonly input: unknown;
  readonly value: unknown;
}

/** The expressions of a service, which remember what came of each since they were asked. */
export interface WatchedExpressions extends Pick<Expressions, 'evaluate' | 'evaluateAll'> {
  /** The last value of an expression; undefined when it was not evaluated. */
  valueOf(expression: string): { readonly value: unknown } | undefined;
  /** What a condition came to; null when it was not evaluated. */
  conditionOf(of: string, expression: string): Condition | null;
  forget(): void;
}

const shownCharacters = 120;

export function watchedExpressions(expressions: Pick<Expressions, 'evaluateAll'>): WatchedExpressions {
  let seen: Evaluated[] = [];
  const evaluateAll: Expressions['evaluateAll'] = async (texts, input, signal) => {
    const values = await expressions.evaluateAll(texts, input, signal);
    seen.push(...texts.map((expression, at) => ({ expression, input, value: values[at] })));
    return values;
  };
  const last = (expression: string): Evaluated | undefined => seen.findLast((one) => one.expression === expression);
  return {
    evaluateAll,
    evaluate: async (text, input, signal) => (await evaluateAll([text], input, signal))[0],
    valueOf: last,
    conditionOf: (of, expression) => {
      const found = last(expression);
      if (found === undefined) return null;
      return { of, expression, holds: isTrue(found.value), reason: reasonOf(found) };
    },
    forget: () => {
      seen = [];
    },
  };
}

/** What it read, because that is what a person can change; its own value where it read nothing by a plain name. */
function reasonOf({ expression, input, value }: Evaluated): string {
  const read = valuesRead(expression, input).map(({ path, value: found }) => `${path} is ${shown(found)}`);
  return read.length === 0 ? `its value is ${shown(value)}` : [...new Set(read)].join(', ');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'absent';
  return cut(JSON.stringify(value), shownCharacters, { mark: '…' });
}
