import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cut, escapedLine } from '@millrace/text';
import type { Candidate } from './wanted.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What the person's shell runs: it asks the program for each completion, so it never goes stale. */
export const scriptFor = (shell: Shell): Promise<string> =>
  readFile(join(import.meta.dirname, `millrace.${shell}`), 'utf8');

export interface Completion {
  /** Whether the shell completes by the files that it sees. */
  readonly files: boolean;
  readonly candidates: readonly Candidate[];
}

const longestDescription = 60;

/**
 * What the scripts read: `files` or `words`, then a candidate a line, as each shell takes it. Control characters are
 * escapes: a name that has one cannot be typed, and steers nothing.
 */
export function linesFor(shell: Shell, { files, candidates }: Completion): readonly string[] {
  return [files ? 'files' : 'words', ...candidates.map((candidate) => lineFor[shell](candidate))];
}

const lineFor: Readonly<Record<Shell, (candidate: Candidate) => string>> = {
  bash: ({ value }) => escapedLine(value),
  zsh: ({ value, description }) => [escapedLine(value).replaceAll(/[\\:]/g, '\\$&'), ...toldOf(description)].join(':'),
  fish: ({ value, description }) => [escapedLine(value), ...toldOf(description)].join('\t'),
};

const toldOf = (description: string | undefined): readonly string[] =>
  description === undefined || description === ''
    ? []
    : [escapedLine(cut(description, longestDescription, { mark: '…' }))];
