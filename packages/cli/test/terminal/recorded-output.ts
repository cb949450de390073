import { Writable } from 'node:stream';
import type { Output } from '../../src/terminal/output.ts';

/** A stream that keeps what it was given; with a size it passes for a terminal. */
export function recordedOutput(size?: { readonly columns: number; readonly rows: number }): Output & {
  readonly text: () => string;
} {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, {
    ...(size === undefined ? {} : { isTTY: true, ...size }),
    text: () => chunks.join(''),
  });
}
