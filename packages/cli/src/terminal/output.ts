/** A stream that people or programs read. `isTTY` says which. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** How large a terminal is; one that does not know says 0, or nothing. */
export const sizeOf = ({ columns, rows }: Output): { readonly columns: number; readonly rows: number } => ({
  columns: columns || 80,
  rows: rows || 24,
});

/** Whoever reads may leave early, as `head` does: what is left is dropped, and the verb ends with its own exit code. */
export function letReadersLeave(...streams: readonly NodeJS.EventEmitter[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
