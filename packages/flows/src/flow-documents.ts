import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { describeProblem, FlowError, type FlowProblem } from './problems.ts';

/** One flow file: its data, and where each place stands in it. */
export interface FlowDocument {
  readonly file: string;
  readonly data: unknown;
  /** Counted from 1; the nearest place above when the path itself is not in the file. */
  lineOf(path: readonly PropertyKey[]): number | null;
}

/** Text of one file, as read or as given by a test or an editor. */
export interface FlowText {
  readonly file: string;
  readonly text: string;
}

/** The file itself, or the `.yaml` and `.yml` files of the folder in the order of their names. */
export function readFlowTexts(path: string): readonly FlowText[] {
  try {
    if (!statSync(path).isDirectory()) return [readFlowText(path)];
    const files = readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(path, name));
    return files.map(readFlowText);
  } catch (cause) {
    if (cause instanceof FlowError) throw cause;
    throw new FlowError(
      'X_FLOWS_INVALID',
      `flow files cannot be read from ${path}: ${(cause as { readonly code?: string }).code}`,
      { cause },
    );
  }
}

/** Refused where it is not UTF-8: read all the same, a name with `é` in it would be another name, without a word. */
function readFlowText(file: string): FlowText {
  const bytes = readFileSync(file);
  if (isUtf8(bytes)) return { file, text: bytes.toString('utf8') };
  const lines = bytes.toString('latin1').split('\n');
  const line = lines.findIndex((one) => !isUtf8(Buffer.from(one, 'latin1'))) + 1;
  const problem = { file, path: '', line, message: 'not UTF-8: save the file as UTF-8' };
  throw new FlowError('X_FLOWS_INVALID', `the flow files have a problem:\n${describeProblem(problem)}`, {
    problems: [problem],
  });
}

/** Parses one file. What is not YAML becomes problems, not an exception. */
export function parseFlowText({ file, text }: FlowText): {
  readonly document: FlowDocument | null;
  readonly problems: readonly FlowProblem[];
} {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...parsed.errors, ...parsed.warnings].map((error) => ({
    file,
    path: '',
    line: lines.linePos(error.pos[0]).line,
    message: `not YAML: ${error.message}`,
  }));
  if (parsed.errors.length > 0) return { document: null, problems };
  try {
    return { document: { file, data: parsed.toJS() ?? {}, lineOf: (path) => lineOf(parsed, lines, path) }, problems };
  } catch (error) {
    return {
      document: null,
      problems: [...problems, { file, path: '', line: null, message: `not YAML: ${(error as Error).message}` }],
    };
  }
}

function lineOf(parsed: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length--) {
    const node = parsed.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** `['flows', 'tickets', 'deliver', 1, 'when']` → `flows.tickets.deliver[1].when`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`)).join('');
