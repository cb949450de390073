import { Argument, type Command } from 'commander';
import { namesFor } from '../completion/names.ts';
import { type Completion, linesFor, type Shell, scriptFor, shells } from '../completion/shells.ts';
import { wantedBy } from '../completion/wanted.ts';
import { type Context, run, verb } from '../context.ts';
import type { Printer } from '../printer.ts';

/** `millrace completion bash|zsh|fish`: the script for a shell; with words behind `--`, what completes the last of them. */
export function addVerbs(program: Command, context: Context): void {
  verb(program, 'completion', {
    does: 'completion for a shell: prints the script that its start-up file loads',
    example: [
      'millrace completion bash > ~/.local/share/bash-completion/completions/millrace',
      'millrace completion zsh > ~/.zfunc/_millrace',
      'millrace completion fish > ~/.config/fish/completions/millrace.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .argument('[words...]', 'behind --: the words of a command line, of which the last is completed')
    .action(
      run(async (print: Printer, shell: Shell, words: readonly string[]) => {
        if (words.length === 0) {
          const script = await scriptFor(shell);
          print.result({ shell, script }, () => script.trimEnd());
          return undefined;
        }
        const found = await completionOf(program, words, context);
        print.result(found, () => linesFor(shell, found).join('\n'));
        return undefined;
      }),
    );
}

async function completionOf(program: Command, words: readonly string[], context: Context): Promise<Completion> {
  const wanted = wantedBy(program, words);
  if (wanted.kind === 'file') return { files: true, candidates: [] };
  const known = wanted.kind === 'words' ? wanted.candidates : await namesFor(context, wanted);
  const current = words.at(-1) ?? '';
  return { files: false, candidates: known.filter(({ value }) => value.startsWith(current)) };
}
