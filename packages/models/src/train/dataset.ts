import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CodedError, deadLetter } from '@millrace/messaging';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

export interface Example {
  readonly text: string;
  readonly label: string;
}

export interface Dataset {
  readonly examples: readonly Example[];
  /** Of the file's bytes. */
  readonly sha256: string;
}

const row = z.object({ text: z.string().min(1), label: z.string().min(1) });

/** JSON lines `{text, label}`, or CSV with a header of `text` and `label` (or `category`, as Banking77 calls it). */
export async function readDataset(file: string): Promise<Dataset> {
  const bytes = await readBytes(file);
  const examples = file.endsWith('.csv') ? readCsv(bytes, file) : readJsonLines(bytes, file);
  if (examples.length === 0) throw invalid(file, 'it has no rows');
  return { examples, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw invalid(file, 'it cannot be read', cause);
  }
}

function readCsv(bytes: Buffer, file: string): readonly Example[] {
  let rows: readonly Record<string, string>[];
  try {
    rows = parse(bytes, { columns: true, bom: true, skip_empty_lines: true });
  } catch (cause) {
    throw invalid(file, 'it is not CSV with a header line', cause);
  }
  return rows.map((cells, at) =>
    toExample({ text: cells['text'], label: cells['label'] ?? cells['category'] }, file, at + 2),
  );
}

function readJsonLines(bytes: Buffer, file: string): readonly Example[] {
  const lines = bytes.toString('utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [toExample(JSON.parse(line), file, at + 1)];
    } catch (cause) {
      throw cause instanceof SyntaxError ? invalid(file, `line ${at + 1} is not JSON`, cause) : cause;
    }
  });
}

function toExample(cells: unknown, file: string, line: number): Example {
  const parsed = row.safeParse(cells);
  if (!parsed.success) throw invalid(file, `line ${line} has no text or no label`);
  return { text: parsed.data.text, label: parsed.data.label };
}

function invalid(file: string, why: string, cause?: unknown): CodedError {
  return new CodedError('X_MODEL_DATA_INVALID', `${file} cannot be used as data: ${why}`, {
    disposition: deadLetter,
    cause,
  });
}
