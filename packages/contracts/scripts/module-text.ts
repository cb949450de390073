/** One generated module while it is put together: what it imports follows from what its parts refer to. */
export interface ModuleText {
  /** Adds source text; parts are a blank line apart. */
  readonly add: (...parts: readonly string[]) => void;
  /** Refers to a name of another module; answers the name. */
  readonly use: (name: string, from: string, kind: 'type' | 'value') => string;
  /** The names that it exports and that are types. */
  readonly types: () => readonly string[];
  readonly text: () => string;
}

const lineWidth = 120;

export function createModuleText(): ModuleText {
  const parts: string[] = [];
  const imports = new Map<string, Map<string, 'type' | 'value'>>();
  return {
    add: (...more) => void parts.push(...more),
    use: (name, from, kind) => {
      const names = imports.get(from) ?? new Map();
      imports.set(from, names.set(name, names.get(name) === 'value' ? 'value' : kind));
      return name;
    },
    types: () =>
      parts.flatMap((part) => [...part.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name ?? '')),
    text: () => {
      const head = [...imports]
        .sort(byModule)
        .map(([from, names]) => importLine(from, names))
        .join('');
      return `${head}${head && '\n'}${parts.join('\n')}`;
    },
  };
}

/** Modules of the folder above come before those beside, each in the order of the alphabet. */
const byModule = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  Number(one.startsWith('./')) - Number(other.startsWith('./')) || (one < other ? -1 : 1);

function importLine(from: string, names: ReadonlyMap<string, 'type' | 'value'>): string {
  const sorted = [...names].sort(([one], [other]) => (rank(one) < rank(other) ? -1 : 1));
  const onlyTypes = sorted.every(([, kind]) => kind === 'type');
  return bindings(
    onlyTypes ? 'import type' : 'import',
    sorted.map(([name, kind]) => (kind === 'type' && !onlyTypes ? `type ${name}` : name)),
    from,
  );
}

/** Letters in the order of the alphabet, the capital of one before its small form: as Biome sorts names. */
const rank = (name: string): string => name.replaceAll(/./g, (c) => c.toLowerCase() + Number(c === c.toLowerCase()));

/** `import { one, other } from './module.ts'`, a name per line where they do not fit into one. */
export function bindings(verb: string, names: readonly string[], from: string): string {
  const one = `${verb} { ${names.join(', ')} } from '${from}';\n`;
  if (one.length <= lineWidth + 1) return one;
  return `${verb} {\n${names.map((name) => `  ${name},\n`).join('')}} from '${from}';\n`;
}
