import { TextDecoder } from 'node:util';
import { FlowError } from './problems.ts';

export interface DecodedFile {
  readonly text: string;
  /** As `--encoding` takes it. */
  readonly encoding: string;
}

const starts: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];
const notText: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0xff, 0xfe, 0, 0], 'text in UTF-32: save it as UTF-8'],
  [[0, 0, 0xfe, 0xff], 'text in UTF-32: save it as UTF-8'],
  [[0x50, 0x4b, 3, 4], 'an Excel workbook or a ZIP archive: save the sheet as CSV'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook: save the sheet as CSV'],
  [[0x1f, 0x8b], 'compressed (gzip): unpack it'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
];
const examined = 4_096;

/**
 * The text of a file. UTF-8, and UTF-16 with its byte order mark, are known by themselves; what is neither is refused by
 * name, because a wrong guess would change names without a word.
 */
export function decodeFile(file: Uint8Array, encoding?: string): DecodedFile {
  const begins = (bytes: readonly number[]): boolean => bytes.every((byte, at) => file[at] === byte);
  const other = notText.find(([bytes]) => begins(bytes));
  if (other !== undefined) throw fileError(`is ${other[1]}`);
  const marked = starts.find(([bytes]) => begins(bytes))?.[1];
  const chosen = encoding === undefined ? (marked ?? guess(file)) : encoding.toLowerCase();
  if (encoding !== undefined && marked !== undefined && decoderOf(chosen).encoding !== marked)
    throw fileError(`begins with the byte order mark of ${marked}, not of ${chosen}: leave --encoding out`);
  return { text: decode(file, chosen), encoding: decoderOf(chosen).encoding };
}

export const fileError = (message: string): FlowError => new FlowError('X_FLOWS_REFERENCE_FILE', `the file ${message}`);

/** UTF-16 without its mark has a zero at every second byte of what is mostly ASCII. */
function guess(file: Uint8Array): string {
  const head = file.subarray(0, examined);
  const zeros = [0, 0];
  head.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = head.length / 5;
  if (odd > many && even === 0) throw looksLike('UTF-16 without its byte order mark', 'utf-16le');
  if (even > many && odd === 0) throw looksLike('UTF-16 (big-endian) without its byte order mark', 'utf-16be');
  return 'utf-8';
}

const looksLike = (what: string, encoding: string): FlowError =>
  fileError(`looks like ${what}: pass --encoding ${encoding}, or save it as UTF-8`);

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw fileError(
      `cannot be read as ${encoding.replaceAll(/[^\w.-]/g, '')}: that is no encoding known here, such as utf-8, utf-16le, utf-16be, windows-1252`,
    );
  }
}

function decode(file: Uint8Array, encoding: string): string {
  try {
    return decoderOf(encoding).decode(file);
  } catch (error) {
    if (error instanceof FlowError) throw error;
    if (encoding !== 'utf-8') throw fileError(`is not ${encoding}`);
    const line = firstBadLine(file);
    throw fileError(
      `is not UTF-8 (line ${line}); it looks like Windows-1252 or Latin-1: pass --encoding windows-1252 if it is, or save it as UTF-8`,
    );
  }
}

function firstBadLine(file: Uint8Array): number {
  const decoder = decoderOf('utf-8');
  let line = 1;
  for (let from = 0; from < file.length; line++) {
    const end = file.indexOf(0x0a, from);
    const to = end === -1 ? file.length : end + 1;
    try {
      decoder.decode(file.subarray(from, to));
    } catch {
      return line;
    }
    from = to;
  }
  return line;
}
