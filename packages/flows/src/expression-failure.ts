import { compileExpression, type Node } from './expression-check.ts';
import { nullSafeFunctions, parametersOf } from './expression-functions.ts';

/** What JSONata throws. `value` is a customer's: nothing but its type is told. */
interface Thrown {
  readonly code?: unknown;
  readonly position?: unknown;
  readonly token?: unknown;
  readonly index?: unknown;
  readonly value?: unknown;
  readonly value2?: unknown;
}

const shownCharacters = 200;

/** The expression as a message shows it. */
export const quoted = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `\`${line.length <= shownCharacters ? line : `${line.slice(0, shownCharacters)}…`}\``;
};

/** Which expression failed, on which field, what it takes there and what kind of thing came. Never the value. */
export function failureText(text: string, error: unknown): string {
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as Thrown;
  const code = typeof thrown.code === 'string' ? thrown.code : 'unknown error';
  const at = typeof thrown.position === 'number' ? ` at character ${thrown.position}` : '';
  const reason = reasonOf(text, code, thrown);
  return `the expression ${quoted(text)} failed${reason === null ? '' : `: ${reason}`} (${code}${at})`;
}

function reasonOf(text: string, code: string, thrown: Thrown): string | null {
  const came = typeOf(thrown.value);
  const node = nodeAt(text, thrown);
  const operator = typeof thrown.token === 'string' && /^[^\w\s]{1,3}$/.test(thrown.token) ? thrown.token : 'operator';
  const side = (which: 'lhs' | 'rhs', name: string): string =>
    `the ${name} side of ${operator}${named(node?.[which] as Node | undefined)}`;
  switch (code) {
    case 'T0410':
    case 'T0411':
    case 'T0412':
      return argumentReason(node, thrown, came);
    case 'T2001':
    case 'T2003':
      return `${side('lhs', 'left')} is ${came}; ${code === 'T2001' ? 'a number' : 'a whole number'} is expected`;
    case 'T2002':
    case 'T2004':
      return `${side('rhs', 'right')} is ${came}; ${code === 'T2002' ? 'a number' : 'a whole number'} is expected`;
    case 'T2009':
      return `${side('lhs', 'left')} is ${came}, the right side${named(node?.rhs)} is ${typeOf(thrown.value2)}; both are expected to be of one type`;
    case 'T2010':
      return `one side of ${operator}${fieldsOf(node)} is ${came}; text or a number is expected`;
    case 'T2007':
    case 'T2008':
      return `what is sorted by is ${came}; texts or numbers of one type are expected`;
    case 'D1002':
      return `what stands after -${named(node?.expression)} is ${came}; a number is expected`;
    case 'T1003':
      return `the name of a field is ${came}; text is expected`;
    case 'D1009':
      return 'two parts make a field of the same name';
    case 'D3030':
      return `${came === 'text' ? 'a text that is no number' : came} came to $number${argumentsOf(node)}; a number, or text that is one, is expected`;
    case 'D3110':
    case 'D3136':
      return `the text that came to $toMillis${argumentsOf(node)} is no time; ISO 8601, or the form that is asked for, is expected`;
    case 'D3060':
      return `a number below zero came to $sqrt${argumentsOf(node)}`;
    case 'D3137':
      return 'its own $error() says so';
    case 'D3141':
      return 'its own $assert() does not hold';
    case 'D3138':
    case 'D3139':
      return `$single() found ${code === 'D3138' ? 'more than one' : 'none'}; exactly one is expected`;
    case 'T1005':
    case 'T1006':
      return 'something is called that is no function; names of functions begin with $';
    default:
      return null;
  }
}

function argumentReason(node: Node | null, thrown: Thrown, came: string): string {
  const name = typeof thrown.token === 'string' && /^\w{1,40}$/.test(thrown.token) ? `$${thrown.token}` : 'a function';
  const index = typeof thrown.index === 'number' ? thrown.index : null;
  if (callers.includes(String(thrown.token)))
    return `${came} came to the function that ${name}${fieldsOf(node)} calls, which takes another type`;
  const isContext = thrown.code === 'T0411';
  const given = index === null || isContext ? undefined : node?.arguments?.[index - 1];
  const what = isContext ? `what stands before ${name}` : `argument ${index ?? ''} of ${name}${named(given)}`;
  return `${what} is ${came}${itemsOf(thrown)}; ${expected(String(thrown.token), index)} is expected`;
}

/** They call what they are given; its failures come under their name. */
const callers = ['map', 'filter', 'single', 'reduce', 'sift', 'each', 'sort'];

/** Which kinds of things are in a list that ought to hold one other kind. */
function itemsOf({ code, value }: Thrown): string {
  if (code !== 'T0412' || !Array.isArray(value)) return '';
  return ` with ${[...new Set(value.map(typeOf))].join(', ')} in it`;
}

function expected(name: string, index: number | null): string {
  const definition = nullSafeFunctions.get(name)?.signature?.definition;
  const type = definition === undefined || index === null ? undefined : parametersOf(definition)[index - 1]?.type;
  if (type === undefined) return 'another type';
  if (type.startsWith('a<')) return `a list of ${plurals[type.charAt(2)] ?? 'another type'}`;
  const kinds = type.startsWith('f') ? ['f'] : [...type.replaceAll(/[()]|<.*>/g, '')];
  return kinds.map((kind) => singulars[kind] ?? 'anything').join(' or ');
}

const singulars: Readonly<Record<string, string>> = {
  s: 'text',
  n: 'a number',
  b: 'true or false',
  a: 'a list',
  o: 'an object',
  f: 'a function or pattern',
};
const plurals: Readonly<Record<string, string>> = { s: 'texts', n: 'numbers', o: 'objects', b: 'true or false' };

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'function':
      return 'a function';
    default:
      return '_jsonata_lambda' in (value as object) ? 'a function' : 'an object';
  }
}

const named = (node: Node | undefined): string => {
  const field = node === undefined ? null : fieldOf(node);
  return field === null ? '' : `, \`${field}\`,`;
};

const argumentsOf = (node: Node | null): string => {
  const field = node?.arguments?.[0] === undefined ? null : fieldOf(node.arguments[0]);
  return field === null ? '' : ` from \`${field}\``;
};

const fieldsOf = (node: Node | null): string => {
  const parts = [node?.lhs as Node | undefined, node?.rhs, node?.arguments?.[0]];
  const fields = parts.flatMap((part) => (part ? (fieldOf(part) ?? []) : []));
  return fields.length === 0 ? '' : ` (${fields.map((field) => `\`${field}\``).join(', ')})`;
};

/** The path a node reads, or the first one inside it: a name from the flow file, never data. */
function fieldOf(node: Node): string | null {
  if (node.type !== 'path') {
    for (const child of childrenOf(node)) {
      const found = fieldOf(child);
      if (found !== null) return found;
    }
    return null;
  }
  const { steps = [] } = node;
  const end = steps.findIndex(({ type }) => type !== 'name');
  const names = end === -1 ? steps : steps.slice(0, end);
  if (names.length > 0) return names.map(({ value }) => String(value)).join('.');
  return steps[0] === undefined ? null : fieldOf(steps[0]);
}

/** The operator or call that failed, in the tree as the person wrote it. */
function nodeAt(text: string, { position, token }: Thrown): Node | null {
  if (typeof position !== 'number') return null;
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (node.position === position) found.push(node);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(compileExpression(text).ast() as unknown as Node);
  const isMeant = (node: Node): boolean =>
    node.type === 'function' ? node.procedure?.value === token : ['binary', 'unary'].includes(node.type);
  return found.find(isMeant) ?? null;
}

/** Every node directly inside another. */
export function childrenOf(node: Node): readonly Node[] {
  const pairs = (of: unknown): readonly Node[] =>
    Array.isArray(of) ? (of as readonly (readonly Node[])[]).flat() : [];
  const lone = [node.rhs, node.expression, node.procedure, node.body, node.condition, node.then, node.else];
  return [
    ...(Array.isArray(node.lhs) ? pairs(node.lhs) : node.lhs ? [node.lhs as Node] : []),
    ...[...lone, node.pattern, node.update, node.delete].filter((one) => one !== undefined),
    ...(node.steps ?? []),
    ...(node.expressions ?? []),
    ...(node.type === 'lambda' ? [] : (node.arguments ?? [])),
    ...(node.terms ?? []).map(({ expression }) => expression),
    ...[...(node.stages ?? []), ...(node.predicate ?? [])].flatMap(({ expr }) => expr ?? []),
    ...pairs(node.group?.lhs),
  ];
}
