import { spawnSync } from 'node:child_process';
import stringWidth from 'string-width';
import { type Output, sizeOf } from './output.ts';

/** Shows a text page by page and returns when its reader is done; false where no pager could be started. */
export type Pager = (text: string) => boolean;

type Environment = Readonly<Record<string, string | undefined>>;

/** Tables keep their rows, to be read with the arrows; what was read stays on the terminal. */
const lessOptions = '-SX';

/** What `PAGER` names, `less` when it names nothing. None with `NO_PAGER`, with `PAGER=cat` or empty, and where nothing can be drawn. */
export function pagerOf(env: Environment): Pager | undefined {
  const { NO_PAGER: none = '', PAGER: named, TERM: terminal = 'dumb' } = env as Record<string, string | undefined>;
  if (none !== '' || terminal === 'dumb' || named?.trim() === '' || named?.trim() === 'cat') return undefined;
  return (text) => {
    // A shell reads what somebody named, as in `PAGER='less -R'`.
    const { error, status } = spawnSync(named ?? 'less', {
      shell: named !== undefined,
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: lessOptions, ...env },
    });
    const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    return !isMissing && status !== 126 && status !== 127;
  };
}

/** Whether a text is longer than the terminal is high, its lines folded. */
export function isLong(text: string, output: Output): boolean {
  const { columns, rows } = sizeOf(output);
  let height = 1; // the prompt that follows
  for (const line of text.split('\n')) {
    height += Math.max(1, Math.ceil(stringWidth(line) / columns));
    if (height > rows) return true;
  }
  return false;
}
