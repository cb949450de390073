import { describe, expect, it } from '@jest/globals';
import { type Command, Command as Program } from 'commander';
import { nameSources } from '../../src/completion/names.ts';
import { wantedBy } from '../../src/completion/wanted.ts';
import { createContext, createProgram } from '../../src/index.ts';

const program: Command = await createProgram(
  createContext({
    ...{ env: {}, cwd: '/nowhere', root: '/nowhere', now: () => 0 },
    terminal: { out: process.stdout, err: process.stderr },
    signal: new AbortController().signal,
  }),
);

const wanted = (line: string) => wantedBy(program, line.split(' '));
const words = (line: string): readonly string[] => {
  const found = wanted(line);
  return found.kind === 'words' ? found.candidates.map(({ value }) => value) : [];
};
const name = (noun: string, placeholder: string, prefix = '') => ({ kind: 'name', noun, placeholder, prefix });

describe('the word at the cursor', () => {
  it('is a noun, then a verb of it, as the program has them', () => {
    const verbsOf = ({ commands }: Command): readonly string[] => [...commands.map((one) => one.name()), 'help'];
    expect(words('')).toEqual(verbsOf(program));
    for (const noun of program.commands.filter(({ commands }) => commands.length > 0))
      expect(words(`${noun.name()} `)).toEqual(verbsOf(noun));
    expect(words('topics ')).toContain('peek');
    expect(words('help ')).toEqual(words(''));
  });

  it('is an option of the verb that is not there yet', () => {
    const options = words('topics peek ops.audit --limit 5 --');
    expect(options).toEqual(expect.arrayContaining(['--json', '--partition', '--key', '--help']));
    expect(options).not.toContain('--limit');
    expect(words('doctor ')).toContain('--json');
  });

  it('is a name by the placeholder of the argument, or of the option before it', () => {
    expect(wanted('topics peek ')).toEqual(name('topics', 'topic'));
    expect(wanted('topics peek --limit 5 o')).toEqual(name('topics', 'topic'));
    expect(wanted('topics peek --limit=5 o')).toEqual(name('topics', 'topic'));
    expect(wanted('dlq ls --group ')).toEqual(name('dlq', 'group'));
    expect(wanted('dlq ls --group=s')).toEqual(name('dlq', 'group', '--group='));
    expect(wanted('dlq redrive a b ')).toEqual(name('dlq', 'ids'));
    expect(wanted('pipelines halt ')).toEqual(name('pipelines', 'group'));
    expect(wanted('trace ')).toEqual(name('trace', 'id'));
  });

  it('is one of the choices of a place that has them, also behind a comma', () => {
    expect(words('simulator slack ')).toEqual(expect.arrayContaining(['messages', 'heal']));
    expect(words('simulator slack limits --state ')).toEqual(['on', 'off']);
    expect(words('tokens create --role viewer,')).toContain('viewer,approver');
    expect(words('dlq ls --status=PARKED,')).toContain('--status=PARKED,DISCARDED');
    expect(words('completion ')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('is a file where the verb takes one', () => {
    for (const line of ['flows check ', 'reference load owners ', 'flows map --out ', 'pack train --data '])
      expect(wanted(line)).toEqual({ kind: 'file' });
  });

  it('is nothing where nothing may stand, whatever was typed before', () => {
    for (const line of ['topics ls --json=', 'trace -- a ', 'no such thing', 'topics peek a --nonsense=x'])
      expect(words(line)).toEqual([]);
  });

  it('is an operand behind --, never an option', () => {
    expect(wanted('dlq redrive -- --')).toEqual(name('dlq', 'ids'));
  });
});

describe('a source of names', () => {
  const places = (command: Command): readonly string[] => [
    ...command.commands.flatMap(places),
    ...[
      ...command.registeredArguments.map((_, at) => [...Array(at).fill('x'), '']),
      ...command.options.map(({ long }) => [long ?? '', '']),
    ]
      .map((rest) => wantedBy(program, [...pathOf(command), ...rest]))
      .flatMap((found) => (found.kind === 'name' ? [found.placeholder, `${found.noun}.${found.placeholder}`] : [])),
  ];
  const pathOf = (command: Command): readonly string[] =>
    command.parent === null ? [] : [...pathOf(command.parent), command.name()];

  it('is for a placeholder that some verb has', () => {
    const known = new Set(places(program));
    expect(Object.keys(nameSources).filter((placeholder) => !known.has(placeholder))).toEqual([]);
  });

  it('serves a new verb by its placeholder alone', () => {
    const other = new Program('millrace');
    other.command('pipelines').alias('lines').command('turn <group>').option('--to <time>');
    for (const noun of ['pipelines', 'lines'])
      expect(wantedBy(other, [noun, 'turn', ''])).toEqual(name('pipelines', 'group'));
  });
});
