import { Keeper, type KeeperOptions } from './keeper.ts';
import type { Part } from './part.ts';

export interface ServerParts {
  /** The nodes of one cluster. */
  readonly kafka: readonly Part[];
  readonly registry: Part;
  readonly postgres: Part;
}

/** What a system is made of. Everything in it is kept alive once it has started. */
export interface SystemParts {
  readonly servers: ServerParts;
  readonly simulators: Part;
  /** In the order a record passes them; the first is the door. */
  readonly services: readonly Part[];
  /** Topics, once Kafka is up. */
  readonly provisionTopics: () => Promise<string>;
  /** Schemas, once the registry is up. */
  readonly registerSchemas: () => Promise<string>;
}

export interface SystemReport {
  /** A part is up, with what there is to say about it. */
  readonly ready: (part: string, detail: string) => void;
}

/** Brings the parts up, servers side by side first, and takes them down in the opposite order. */
export class System {
  readonly #parts: SystemParts;
  readonly #report: SystemReport;
  readonly #keepers: ReadonlyMap<string, Keeper>;

  constructor(parts: SystemParts, report: SystemReport, keeping: KeeperOptions) {
    this.#parts = parts;
    this.#report = report;
    const kept = [...inOneList(parts.servers), parts.simulators, ...parts.services];
    this.#keepers = new Map(kept.map((part) => [part.name, new Keeper(part, keeping)]));
  }

  /** Of a part's current process. */
  pidOf(name: string): number {
    return this.#keeper(name).pid;
  }

  /** Resolves when every part is ready. Rejects with the first reason why not; then `close` is still to be called. */
  async open(signal: AbortSignal): Promise<void> {
    const { servers, simulators, services, provisionTopics, registerSchemas } = this.#parts;
    await all([
      all(servers.kafka.map((node) => this.#open(node, signal))).then(() =>
        this.#step('topics', provisionTopics, signal),
      ),
      this.#open(servers.registry, signal).then(() => this.#step('schemas', registerSchemas, signal)),
      this.#open(servers.postgres, signal),
      this.#open(simulators, signal),
    ]);
    await all(services.map((service) => this.#open(service, signal)));
  }

  /** The door first, so that nothing new comes in; then what works on records; then what they all stand on. */
  async close(): Promise<void> {
    const { servers, simulators, services } = this.#parts;
    const [door, ...others] = services;
    if (door !== undefined) await this.#keeper(door.name).close();
    await Promise.all(others.map(({ name }) => this.#keeper(name).close()));
    await this.#keeper(simulators.name).close();
    await Promise.all(inOneList(servers).map(({ name }) => this.#keeper(name).close()));
  }

  async #open({ name }: Part, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const keeper = this.#keeper(name);
    const since = performance.now();
    await keeper.open(signal);
    const halted = keeper.halted === null ? '' : `; waits for an operator: ${keeper.halted}`;
    this.#report.ready(name, `ready (${seconds(since)}, process ${keeper.pid})${halted}`);
  }

  async #step(name: string, run: () => Promise<string>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const since = performance.now();
    const said = await run();
    this.#report.ready(name, `${said} (${seconds(since)})`);
  }

  #keeper(name: string): Keeper {
    const keeper = this.#keepers.get(name);
    if (keeper === undefined) throw new Error(`there is no part ${name}`);
    return keeper;
  }
}

const inOneList = ({ kafka, registry, postgres }: ServerParts): readonly Part[] => [...kafka, registry, postgres];

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Waits for all of them to settle, so that nothing is still starting when the first failure is reported. */
const all = async (starts: readonly Promise<void>[]): Promise<void> => {
  const settled = await Promise.allSettled(starts);
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
};
