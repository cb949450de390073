/** `DIR/state.json`: how the CLI, tests and benches find a running system. Part of the outside contract. */
export interface SystemState {
  readonly ready: boolean;
  /** The supervisor. */
  readonly pid: number;
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly kafka: { readonly brokers: readonly string[] };
  readonly registry: { readonly url: string };
  readonly postgres: { readonly url: string };
  readonly services: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  /** `kafka` (with three nodes also `kafka-2` and `kafka-3`), `registry`, `postgres`. */
  readonly processes: Readonly<Record<string, { readonly pid: number }>>;
  readonly simulators: Readonly<Record<string, { readonly url: string; readonly pid: number }>>;
  readonly dataDir: string;
}
