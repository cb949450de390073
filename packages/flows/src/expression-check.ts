import jsonata from 'jsonata';
import { FlowError } from './problems.ts';

/** A node of JSONata's syntax tree, as far as we read it. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  /** Where its last token ends, in characters. */
  readonly position?: number;
  readonly steps?: readonly Node[];
  readonly lhs?: Node | readonly (readonly Node[])[];
  readonly rhs?: Node;
  readonly expression?: Node;
  readonly expressions?: readonly Node[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly body?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  /** Filters of a step of a path. */
  readonly stages?: readonly { readonly type: string; readonly expr?: Node }[];
  /** Filters of anything else. */
  readonly predicate?: readonly { readonly expr: Node }[];
  readonly group?: { readonly lhs: readonly (readonly Node[])[] };
  /** What `^( … )` sorts by. */
  readonly terms?: readonly { readonly expression: Node }[];
  readonly tuple?: boolean;
  readonly focus?: unknown;
  readonly ancestor?: unknown;
  readonly pattern?: Node;
  readonly update?: Node;
  readonly delete?: Node;
}

export type Compiled = jsonata.Expression;

/** Compiles, or throws `X_FLOWS_EXPRESSION_SYNTAX` with what is wrong and where. Never runs anything. */
export function compileExpression(text: string): Compiled {
  try {
    return jsonata(text);
  } catch (cause) {
    const { message, position } = cause as { readonly message?: string; readonly position?: number };
    const where = position === undefined ? '' : ` at character ${position}`;
    throw new FlowError('X_FLOWS_EXPRESSION_SYNTAX', `not JSONata: ${message ?? String(cause)}${where}`, { cause });
  }
}

const boundedOperators = new Set(['=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in', '&']);

/**
 * True for comparisons of plain paths and literals. They cannot loop, recurse, match a pattern or build anything: their
 * time is bounded by the size of the value, so they need no guard. Everything else runs where it can be stopped.
 */
export function isBounded(compiled: Compiled): boolean {
  return bounded(compiled.ast() as unknown as Node);
}

function bounded(node: Node): boolean {
  // `'a'[ … ]` and `items{ … }`: what stands in there may be anything.
  if (node.predicate !== undefined || node.group !== undefined) return false;
  if (['string', 'number', 'value'].includes(node.type)) return true;
  if (node.type === 'path') return isPlainPath(node);
  if (node.type === 'condition')
    return [node.condition, node.then, node.else].every((part) => part === undefined || bounded(part));
  if (node.type === 'unary' && node.value === '[')
    return (node.expressions ?? []).every((item) => ['string', 'number'].includes(item.type) && bounded(item));
  return (
    node.type === 'binary' &&
    boundedOperators.has(String(node.value)) &&
    [node.lhs as Node, node.rhs as Node].every(bounded)
  );
}

export const isPlainPath = (node: Node): boolean =>
  node.group === undefined &&
  (node.steps ?? []).every(
    (step) => step.type === 'name' && Object.keys(step).every((key) => ['value', 'type', 'position'].includes(key)),
  );

/** The paths an expression reads from the top of its input, as far as they are plain: `account.tier` → `['account', 'tier']`. */
export function rootPaths(compiled: Compiled): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const visit = (node: Node | undefined): void => {
    if (node === undefined) return;
    if (node.type === 'path') {
      const [first] = node.steps ?? [];
      if (first?.type === 'name') found.push(leadingNames(node.steps ?? []));
      else visit(first);
      return;
    }
    if (node.type === 'binary' || node.type === 'apply') {
      visit(node.lhs as Node);
      visit(node.rhs);
    }
    if (node.type === 'condition') for (const part of [node.condition, node.then, node.else]) visit(part);
    if (node.type === 'function') for (const argument of node.arguments ?? []) visit(argument);
    if (node.type === 'unary' && node.value === '{')
      for (const [, value] of node.lhs as readonly (readonly Node[])[]) visit(value);
    for (const item of node.expressions ?? []) visit(item);
  };
  visit(compiled.ast() as unknown as Node);
  return found;
}

function leadingNames(steps: readonly Node[]): readonly string[] {
  const end = steps.findIndex((step) => step.type !== 'name');
  return (end === -1 ? steps : steps.slice(0, end)).map((step) => String(step.value));
}
