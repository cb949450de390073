import { entities, optionalSteps } from '@millrace/contracts';
import type { Compiled, Node } from './expression-check.ts';
import { childrenOf } from './expression-failure.ts';
import type { Scope } from './visible-names.ts';

/** Where an expression stands, which says what becomes of a missing value. */
export interface Use {
  readonly as: 'by' | 'when' | 'map';
  /** A miss is a dead letter. */
  readonly isRequired?: boolean;
}

const outcomes: Readonly<Record<Use['as'], string>> = {
  by: 'the lookup is a miss',
  when: 'the condition may not hold',
  map: 'what is made of it is left out',
};

/**
 * One sentence for each field that a record may come without and that the expression uses as if it were always there: in a
 * function, a comparison by size, a calculation, a text. `x = 'a'`, a condition, and what the expression itself asks for
 * (`$exists(x)`, `x = null`, `x ? …`, `x ?? …`) surprise nobody.
 */
export function optionalUses(compiled: Compiled, scope: Scope, use: Use): readonly string[] {
  const root = compiled.ast() as unknown as Node;
  const asked = new Set<string>();
  const found = new Map<string, string>();
  const report = (node: Node | undefined, effect: string): void => {
    const path = node === undefined ? null : namesOf(node);
    if (path !== null && isOptional(path, scope) && !found.has(path.join('.'))) found.set(path.join('.'), effect);
  };
  const visit = (node: Node): void => {
    for (const path of askedBy(node)) asked.add(path);
    for (const [operand, effect] of usesIn(node, use))
      if (operand === node || isField(operand)) report(operand, effect);
    for (const child of childrenHere(node)) visit(child);
  };
  visit(root);
  if (use.as === 'map') report(root, 'the map makes nothing then');
  return [...found].flatMap(([path, effect]) =>
    [...asked].some((one) => path === one || path.startsWith(`${one}.`))
      ? []
      : [
          `${path} may be absent: ${effect}; ask for it with \`$exists(${path})\` or \`${path} = null\` where that matters`,
        ],
  );
}

const calculations = ['+', '-', '*', '/', '%', '..'];
const comparisons = ['<', '<=', '>', '>='];
/** They are made for what may be missing. */
const takesMissing = ['exists', 'boolean', 'not', 'count', 'type', 'append', 'string'];

/** The operands of a node that it needs, each with what becomes of the node without. */
function usesIn(
  node: Node,
  { as, isRequired }: Use,
): readonly (readonly [operand: Node | undefined, effect: string])[] {
  const outcome = isRequired === true ? 'a dead letter then, because the lookup is required' : `${outcomes[as]} then`;
  const sides = [node.lhs as Node | undefined, node.rhs];
  if (node.type === 'binary') {
    const operator = String(node.value);
    if (operator === '&') return sides.map((side) => [side, 'it is empty text then']);
    if (operator === '!=' || comparisons.includes(operator))
      return sides.map((side) => [side, `\`${operator}\` does not hold then`]);
    if (calculations.includes(operator)) return sides.map((side) => [side, `nothing is calculated, and ${outcome}`]);
  }
  if (node.type === 'unary' && node.value === '-') return [[node.expression, `nothing is calculated, and ${outcome}`]];
  const effect = (call: Node): string => `$${String(call.procedure?.value)} makes nothing of it, and ${outcome}`;
  if (node.type === 'function' && needsArguments(node))
    return (node.arguments ?? []).map((argument) => [argument, effect(node)]);
  if (node.type === 'apply' && node.rhs?.type === 'function' && needsArguments(node.rhs))
    return [[node.lhs as Node, effect(node.rhs)]];
  // `subject.$uppercase()`
  const call = node.type === 'path' ? node.steps?.find(({ type }) => type !== 'name') : undefined;
  return call?.type === 'function' && needsArguments(call) ? [[node, effect(call)]] : [];
}

const needsArguments = (call: Node): boolean => !takesMissing.includes(String(call.procedure?.value));

/** The paths that a node asks for: whether they are there. */
function askedBy(node: Node): readonly string[] {
  const isNull = (one: Node | undefined): boolean => one?.type === 'value' && one.value === null;
  const [lhs, rhs] = [node.lhs as Node | undefined, node.rhs];
  const asks: readonly (Node | undefined)[] =
    node.type === 'condition'
      ? [node.condition]
      : node.type === 'function' && node.procedure?.value === 'exists'
        ? (node.arguments ?? [])
        : node.type === 'binary' && (node.value === 'and' || node.value === 'or' || isNull(lhs) || isNull(rhs))
          ? [lhs, rhs]
          : [];
  return asks.flatMap((one) => {
    const path = one === undefined || one.type !== 'path' ? null : namesOf(one);
    return path === null ? [] : [path.join('.')];
  });
}

/** Without what is read inside a path: there the names are of its items. */
function childrenHere(node: Node): readonly Node[] {
  if (node.type !== 'path') return childrenOf(node);
  const [first] = node.steps ?? [];
  return first === undefined || first.type === 'name' ? [] : [first];
}

const isField = (node: Node | undefined): boolean =>
  node?.type === 'path' && (node.steps ?? []).every(({ type }) => type === 'name');

function namesOf(node: Node): readonly string[] | null {
  if (node.type !== 'path') return null;
  const { steps = [] } = node;
  const end = steps.findIndex(({ type }) => type !== 'name');
  const names = (end === -1 ? steps : steps.slice(0, end)).map(({ value }) => String(value));
  return names.length === 0 ? null : names;
}

function isOptional(path: readonly string[], { entity, aliases, tasks, required = [] }: Scope): boolean {
  const [first = '', ...rest] = path;
  const { record, classified } = entities[entity];
  if (first === 'classification')
    return (
      tasks === null ||
      optionalSteps(classified, ['judgements', ...rest])
        .slice(2)
        .includes(true)
    );
  if (aliases?.includes(first)) return !required.includes(first);
  return optionalSteps(record, path).includes(true);
}
