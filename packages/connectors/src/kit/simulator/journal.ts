import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What a simulator remembers, one JSON line per happening. A line is in the file before the vendor's answer leaves. */
export interface Journal<Entry> {
  /** Everything from earlier runs, in order. */
  readonly earlier: readonly Entry[];
  append(entry: Entry): void;
  close(): void;
}

/** Keeps the newest `keep` entries when it opens. A last line torn by a kill is dropped: its answer never left either. */
export function openJournal<Entry>(file: string, keep = 200_000): Journal<Entry> {
  mkdirSync(dirname(file), { recursive: true });
  const earlier = readEntries<Entry>(file).slice(-keep);
  const fresh = `${file}.new`;
  writeFileSync(fresh, earlier.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  renameSync(fresh, file);
  const descriptor = openSync(file, 'a', 0o600);
  let isOpen = true;
  return {
    earlier,
    append: (entry) => appendFileSync(descriptor, `${JSON.stringify(entry)}\n`),
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

function readEntries<Entry>(file: string): Entry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Entry];
      } catch {
        return [];
      }
    });
}
