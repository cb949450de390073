import { type Compiled, compileExpression, isPlainPath, type Node } from './expression-check.ts';
import { type LibraryFunction, nullSafeFunctions } from './expression-functions.ts';

/** Names that no expression can spell. */
const own = { present: 'present or missing', field: 'field of an object', list: 'list as it was', missing: 'missing' };

/**
 * Compiles an expression in which null is missing: the one place, used in the process and in the worker. The input comes
 * without nulls (`withoutNulls`); what is left are those of literals and of lists, whose places count.
 *
 * - An operand that is null is missing: `'a' & null` is `a`, `null > 1` is missing.
 * - `x = null` asks whether x is missing, `x != null` whether it is there.
 * - A field that an object is made with stays: `{ "assignee": assignee }` has null where nobody is assigned.
 * - What was taken from a list is a list, also with one item or none, in a result and in a field of an object.
 */
export function compileNullSafe(text: string): Compiled {
  const compiled = compileExpression(text);
  const ast = compiled.ast() as unknown as Node;
  // The evaluator keeps the node that the text was parsed to; what stood there may become a part of it.
  replace(ast, result({ ...ast }));
  for (const [name, definition] of [...nullSafeFunctions, ...ownFunctions]) compiled.assign(name, definition);
  return compiled;
}

/** The input as expressions see it: no member of an object is null. Copies only what changes; lists keep their places. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  const entries = Object.entries(value);
  const kept = entries
    .filter(([, member]) => member !== null)
    .map(([name, member]) => [name, withoutNulls(member)] as const);
  const isSame = kept.length === entries.length && kept.every(([, member], at) => member === entries[at]?.[1]);
  return isSame ? value : Object.fromEntries(kept);
}

const definition = (implementation: (this: { readonly input: unknown }, ...given: never[]) => unknown) =>
  ({ _jsonata_function: true, implementation }) as LibraryFunction;

const ownFunctions: readonly (readonly [string, LibraryFunction])[] = [
  [own.present, definition((value: unknown) => (value === null ? undefined : value))],
  [
    own.list,
    definition(function (value: unknown, names: readonly string[]) {
      return asList(value, this.input, names);
    }),
  ],
  [
    own.field,
    definition(function (value: unknown, names: readonly string[]) {
      const kept = asList(value, this.input, names);
      return kept === undefined ? null : kept;
    }),
  ],
];

function asList(value: unknown, input: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value) || !comesFromList(input, names)) return value;
  return value === undefined ? [] : [value];
}

function comesFromList(input: unknown, names: readonly string[]): boolean {
  let at = input;
  for (const name of names) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Readonly<Record<string, unknown>>)[name];
    if (Array.isArray(at)) return true;
  }
  return false;
}

type Mutable = { -readonly [key in keyof Node]: Node[key] };

function replace(node: Node, by: Node): void {
  for (const key of Object.keys(node)) delete (node as unknown as Record<string, unknown>)[key];
  Object.assign(node, by);
}

const literal = (value: unknown): Node => ({ type: 'value', value });

const call = (name: string, first: Node, ...more: readonly Node[]): Node => ({
  type: 'function',
  value: '(',
  arguments: [first, ...more],
  procedure: { type: 'variable', value: name },
  ...(first.position === undefined ? {} : { position: first.position }),
});

const isNull = (node: Node | undefined): boolean => node?.type === 'value' && node.value === null;

/** An operand, or anything else that a null would surprise. */
function operand(node: Node): Node {
  if (isNull(node)) return { type: 'variable', value: own.missing };
  const inside = rewrite(node);
  const isNeverNull = ['string', 'number', 'value', 'regex', 'lambda', 'binary', 'unary'].includes(inside.type);
  return isNeverNull || (inside.type === 'path' && isPlainPath(inside)) ? inside : call(own.present, inside);
}

/** A node whose value is handed on as it is. */
function result(node: Node): Node {
  const inside = rewrite(node, result);
  const names = namesOfList(node);
  return names === null ? inside : call(own.list, inside, literal(names));
}

/** The value of a field in `{ … }`. */
function field(node: Node): Node {
  if (node.type !== 'path') return result(node);
  return call(own.field, rewrite(node), literal(namesOfList(node) ?? []));
}

/** Changes what is inside a node, in place; gives another node only where the node itself becomes something else. */
function rewrite(node: Node, last: (node: Node) => Node = rewrite): Node {
  const target = node as Mutable;
  const { predicate, group } = node;
  if (predicate) target.predicate = predicate.map((stage) => ({ ...stage, expr: rewrite(stage.expr) }));
  if (group) target.group = { ...group, lhs: pairs(group.lhs) };
  switch (node.type) {
    case 'binary':
      return rewriteBinary(node);
    case 'unary':
      if (node.value === '-') target.expression = operand(node.expression as Node);
      if (node.value === '[') target.expressions = (node.expressions ?? []).map((item) => rewrite(item));
      if (node.value === '{') target.lhs = pairs(node.lhs as Pairs);
      return node;
    case 'path':
      target.steps = (node.steps ?? []).map(rewriteStep);
      return node;
    case 'condition':
      target.condition = rewrite(node.condition as Node);
      for (const branch of ['then', 'else'] as const) if (node[branch]) target[branch] = last(node[branch]);
      return node;
    case 'block': {
      const { expressions = [] } = node;
      target.expressions = expressions.map((one, at) => (at === expressions.length - 1 ? last(one) : rewrite(one)));
      return node;
    }
    case 'function':
    case 'partial':
      target.arguments = (node.arguments ?? []).map((argument) => rewrite(argument));
      if (node.procedure) target.procedure = rewrite(node.procedure);
      return node;
    case 'apply':
      target.lhs = rewrite(node.lhs as Node);
      target.rhs = rewrite(node.rhs as Node);
      return node;
    case 'bind':
      target.rhs = rewrite(node.rhs as Node);
      return node;
    case 'lambda':
      target.body = rewrite(node.body as Node);
      return node;
    case 'transform':
      for (const part of ['pattern', 'update', 'delete'] as const) if (node[part]) target[part] = rewrite(node[part]);
      return node;
    default:
      return node;
  }
}

type Pairs = readonly (readonly Node[])[];
const pairs = (of: Pairs): Pairs => of.map(([name, value]) => [operand(name as Node), field(value as Node)]);

function rewriteBinary(node: Node): Node {
  const [lhs, rhs] = [node.lhs as Node, node.rhs as Node];
  const target = node as Mutable;
  const other = isNull(lhs) ? rhs : isNull(rhs) ? lhs : null;
  if (other !== null && (node.value === '=' || node.value === '!=')) {
    const exists = call('exists', rewrite(other));
    return node.value === '!=' ? exists : call('not', exists);
  }
  const side = node.value === 'and' || node.value === 'or' ? (one: Node) => rewrite(one) : operand;
  target.lhs = side(lhs);
  target.rhs = side(rhs);
  return node;
}

function rewriteStep(step: Node): Node {
  const made = rewrite(step) as Mutable;
  if (step.stages)
    made.stages = step.stages.map((stage) => (stage.expr ? { ...stage, expr: rewrite(stage.expr) } : stage));
  if (step.terms) made.terms = step.terms.map((term) => ({ ...term, expression: operand(term.expression) }));
  return made;
}

const listFunctions = ['filter', 'map', 'sort', 'distinct', 'reverse', 'shuffle', 'append'];
const filterOperators = ['=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in'];
const filterFunctions = ['contains', 'exists', 'not', 'boolean', 'match'];

/** Of a value that is taken from a list: the names that lead to the list. Null when it is none, or one item of it. */
function namesOfList(node: Node): readonly string[] | null {
  if (node.type === 'apply') return isListFunction(node.rhs) ? wholePath(node.lhs as Node) : null;
  if (node.type === 'function') return isListFunction(node) ? wholePath(node.arguments?.[0]) : null;
  if (node.type !== 'path') return null;
  const { steps = [] } = node;
  const names: string[] = [];
  let reach = 0;
  let isPlain = true;
  for (const [at, step] of steps.entries()) {
    if (step.tuple || step.focus !== undefined || step.ancestor) return null;
    if ((step.stages ?? []).some((stage) => !isFilter(stage.expr))) return null;
    if (at === 0 && step.type === 'variable' && step.value === '') continue; // `$.tags`
    if (isPlain && step.type === 'name') {
      names.push(String(step.value));
      if (step.stages !== undefined || at < steps.length - 1) reach = names.length;
    } else isPlain = false;
  }
  return reach === 0 ? null : names.slice(0, reach);
}

function wholePath(node: Node | undefined): readonly string[] | null {
  if (node?.type !== 'path') return null;
  const { steps = [] } = node;
  const end = steps.findIndex(({ type }) => type !== 'name');
  const names = (end === -1 ? steps : steps.slice(0, end)).map(({ value }) => String(value));
  const takesOne = steps.some(({ stages = [] }) => stages.some((stage) => !isFilter(stage.expr)));
  return names.length === 0 || takesOne ? null : names;
}

const isListFunction = (node: Node | undefined): boolean =>
  node?.type === 'function' && listFunctions.includes(String(node.procedure?.value));

/** Keeps the items that it holds for; a number would pick one. */
function isFilter(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.type === 'binary') return filterOperators.includes(String(node.value));
  if (node.type === 'function') return filterFunctions.includes(String(node.procedure?.value));
  return node.type === 'path';
}
