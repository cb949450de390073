import jsonata from 'jsonata';

/** How JSONata holds a function of its own; undocumented, so the version is pinned and a table test goes through all. */
export interface LibraryFunction {
  readonly _jsonata_function: true;
  readonly implementation: Implementation;
  readonly signature?: {
    readonly definition: string;
    validate(given: readonly unknown[], context: unknown): readonly unknown[];
  };
}
type Implementation = (this: unknown, ...given: readonly unknown[]) => unknown;

/** One parameter of a signature such as `<s-(sf)n?:s>`. */
export interface Parameter {
  /** `s`, `n`, `(sf)`, `a<s>` … */
  readonly type: string;
  readonly isOptional: boolean;
}

const functionNames = [
  ...['sum', 'count', 'max', 'min', 'average', 'string', 'substring', 'substringBefore', 'substringAfter'],
  ...['lowercase', 'uppercase', 'length', 'trim', 'pad', 'match', 'contains', 'replace', 'split', 'join'],
  ...['formatNumber', 'formatBase', 'formatInteger', 'parseInteger', 'number', 'floor', 'ceil', 'round', 'abs', 'sqrt'],
  ...['power', 'boolean', 'not', 'map', 'zip', 'filter', 'single', 'reduce', 'sift', 'keys', 'lookup', 'append'],
  ...['exists', 'spread', 'merge', 'reverse', 'each', 'error', 'assert', 'type', 'sort', 'shuffle', 'distinct'],
  ...['base64encode', 'base64decode', 'encodeUrlComponent', 'encodeUrl', 'decodeUrlComponent', 'decodeUrl', 'eval'],
  ...['toMillis', 'fromMillis', 'clone'],
] as const;

/** What these make of a missing argument is their purpose, or is defined by JSONata. */
const takesMissing = new Set(['count', 'zip', 'append', 'exists', 'error', 'assert', 'type', 'reduce']);

/** JSONata answers these with "missing" too, but what is missing is not true: its negation holds. */
const answersToMissing: Readonly<Record<string, boolean>> = { boolean: false, not: true };

const presentOf = (value: unknown): unknown => (value === null ? undefined : value);

export function parametersOf(definition: string): readonly Parameter[] {
  const end = definition.lastIndexOf(':');
  const inside = definition.slice(1, end === -1 ? -1 : end);
  return [...inside.matchAll(/(\([^)]*\)|[a-z])(<[^>]*(?:<[^>]*>)?[^>]*>)?([-?+]*)/g)].map(
    ([, type = '', of = '', marks = '']) => ({ type: `${type}${of}`, isOptional: /[?+]/.test(marks) }),
  );
}

/**
 * JSONata's functions with null taken for missing. As JSONata has it for its first, any missing argument that a function
 * needs makes its result missing: otherwise `$contains(subject, nothing)` would search for the text "undefined".
 * Nulls inside a list of texts, numbers or objects are passed over.
 */
export const nullSafeFunctions: ReadonlyMap<string, LibraryFunction> = new Map(
  await Promise.all(
    functionNames.map(async (name) => {
      const own = (await jsonata(`$${name}`).evaluate(null)) as LibraryFunction;
      return [name, nullSafe(name, own)] as const;
    }),
  ),
);

function nullSafe(name: string, own: LibraryFunction): LibraryFunction {
  const { signature } = own;
  if (signature === undefined) return own;
  const parameters = parametersOf(signature.definition);
  const needed = parameters.map(({ type, isOptional }) => !isOptional && !type.startsWith('f'));
  const skipsNulls = parameters.map(({ type }) => type.startsWith('a<') || name === 'sort');
  const argument = (value: unknown, at: number): unknown =>
    skipsNulls[at] === true && Array.isArray(value) && value.includes(null)
      ? value.filter((item) => item !== null)
      : presentOf(value);
  const implementation: Implementation = function (...given) {
    const misses = !takesMissing.has(name) && needed.some((isNeeded, at) => isNeeded && given[at] === undefined);
    if (misses) return answersToMissing[name];
    return own.implementation.apply(this, [...given]);
  };
  // JSONata reads how many parameters a function takes from `length`, and their names from its text.
  Object.defineProperty(implementation, 'length', { value: own.implementation.length });
  Object.defineProperty(implementation, 'toString', { value: () => own.implementation.toString() });
  return {
    _jsonata_function: true,
    implementation,
    signature: {
      definition: signature.definition,
      validate: (given, context) => signature.validate(given.map(argument), presentOf(context)),
    },
  };
}
