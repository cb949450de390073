import type { Argument, Command, Option } from 'commander';

/** What may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description?: string | undefined;
}

/** What the program itself says of the place: words that it knows, a file, or a name that the server knows. */
export type Wanted =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'file' }
  /** `prefix` is what the word has before the name: `--group=`. */
  | { readonly kind: 'name'; readonly noun: string; readonly placeholder: string; readonly prefix: string };

const nothing: Wanted = { kind: 'words', candidates: [] };
const files: readonly string[] = ['file', 'csv', 'path', 'folder'];

/** What completes the last of the words that follow `millrace`, derived from what the program declares. */
export function wantedBy(program: Command, words: readonly string[]): Wanted {
  const current = words.at(-1) ?? '';
  const place = placeAfter(program, words.slice(0, -1));
  const { command, operands, option, isVerbatim } = place;
  if (option !== undefined) return ofPlace(option, place, { current });
  if (!isVerbatim && current.startsWith('-')) {
    const [flag = '', value] = current.split('=', 2);
    if (value === undefined) return optionsOf(place);
    const valued = optionNamed(command, flag);
    return valued?.required === true ? ofPlace(valued, place, { current: value, prefix: `${flag}=` }) : nothing;
  }
  if (command.commands.length > 0) return operands === 0 ? commandsOf(command) : nothing;
  const argument = command.registeredArguments[operands] ?? lastVariadic(command);
  if (argument !== undefined) return ofPlace(argument, place, { current });
  return isVerbatim ? nothing : optionsOf(place);
}

interface Place {
  readonly command: Command;
  readonly operands: number;
  /** Its value comes next. */
  readonly option?: Option | undefined;
  readonly given: ReadonlySet<string>;
  /** Behind `--`. */
  readonly isVerbatim: boolean;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let command = program;
  let operands = 0;
  let option: Option | undefined;
  let isVerbatim = false;
  const given = new Set<string>();
  for (const word of words) {
    if (option !== undefined) option = undefined;
    else if (isVerbatim) operands += 1;
    else if (word === '--') isVerbatim = true;
    else if (word.startsWith('-')) {
      const [flag = '', value] = word.split('=', 2);
      const named = optionNamed(command, flag);
      given.add(named?.long ?? flag);
      option = value === undefined && named?.required === true ? named : undefined;
    } else {
      const child = subcommandNamed(command, word);
      const isHelp = word === 'help' && command.commands.length > 0;
      if (child === undefined && !isHelp) operands += 1;
      command = child ?? command;
    }
  }
  return { command, operands, option, given, isVerbatim };
}

const optionNamed = ({ options }: Command, flag: string): Option | undefined =>
  options.find(({ long, short }) => flag === long || flag === short);

const subcommandNamed = ({ commands }: Command, word: string): Command | undefined =>
  commands.find((child) => child.name() === word || child.aliases().includes(word));

const lastVariadic = ({ registeredArguments }: Command): Argument | undefined => {
  const last = registeredArguments.at(-1);
  return last?.variadic === true ? last : undefined;
};

function commandsOf(command: Command): Wanted {
  const visible = command.createHelp().visibleCommands(command);
  return {
    kind: 'words',
    candidates: visible.map((child) => ({ value: child.name(), description: child.description() })),
  };
}

function optionsOf({ command, given }: Place): Wanted {
  const visible = command.createHelp().visibleOptions(command);
  return {
    kind: 'words',
    candidates: visible.flatMap(({ long, description }) =>
      long == null || given.has(long) ? [] : [{ value: long, description }],
    ),
  };
}

function ofPlace(
  declared: Option | Argument,
  { command }: Place,
  { current, prefix = '' }: { readonly current: string; readonly prefix?: string },
): Wanted {
  if (declared.argChoices !== undefined) {
    const before = `${prefix}${current.slice(0, current.lastIndexOf(',') + 1)}`;
    return { kind: 'words', candidates: declared.argChoices.map((choice) => ({ value: `${before}${choice}` })) };
  }
  const placeholder = placeholderOf(declared);
  if (files.includes(placeholder)) return prefix === '' ? { kind: 'file' } : nothing;
  return { kind: 'name', noun: nounOf(command), placeholder, prefix };
}

/** `group` of `<group>` and of `--group <group>`. */
function placeholderOf(declared: Option | Argument): string {
  if ('flags' in declared) return declared.flags.split(/[<[]/)[1]?.replace(/[>\]]$/, '') ?? '';
  return declared.name();
}

/** `dlq` of `millrace dlq show`. */
function nounOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : nounOf(parent);
}
