/** Something with a lifetime. `close` is idempotent, works while blocked, and is called only after `open` was. */
export interface Part {
  readonly name: string;
  open(): Promise<void>;
  close(): Promise<void>;
}
