import { randomUUID } from 'node:crypto';
import type { CommittedOffset } from '../broker.ts';
import { decodeTenure, encodeTenure } from '../lanes/tenure-note.ts';

/** Names one run of one process in the notes that it leaves; what has a meaning in them is left out. */
export const ownerName = (newId: () => string = randomUUID): string =>
  newId()
    .replaceAll(/[^\w-]/g, '')
    .slice(0, 12);

/** So many owners in a row that came no further look like one record that ends them. */
const suspiciousDeaths = 2;
/** So often the process may end while one record runs alone. */
export const maxCrashes = 3;

export interface TenureOptions {
  readonly owner: string;
  /** Records that run alone after owners that seem to have ended by one. */
  readonly careful: number;
  /** How the same process owned it until now. */
  readonly before: Tenure | null;
}

/**
 * How one partition is owned. A record whose handler ends the process (it takes all memory, a library calls for the exit, it
 * never answers) comes again to the next owner, uncounted, because nobody was left to count it. So the note that each owner
 * leaves in its commits tells the next one: after two owners in a row that ended without a hand-over and without finishing
 * the oldest record, the first records run one at a time, with nothing else in the process, and each is noted before.
 * Three ends in the middle of one make it a dead letter. Every end therefore either follows progress of the oldest record,
 * or is one of two, or is counted against one record: no number of restarts is unbounded.
 *
 * That a member lost its place while it lived looks like an end to whoever has the partition then. It would have to happen
 * five times, the last three in the middle of the same record, to cost that record its try; it can be redriven.
 */
export class Tenure {
  /** Where the group stood at the beginning; past it the deaths before say nothing any more. */
  readonly #base: number;
  readonly #crashes: Map<number, number>;
  #deaths: number;
  #running: number | null = null;
  /** Records that still have to run alone. */
  #careful: number;
  #isHandedOver = false;
  /** Whether the next commit has to say something that the last did not. */
  isDue = true;

  constructor(committed: CommittedOffset | null, { owner, careful, before }: TenureOptions) {
    this.#base = committed?.offset ?? 0;
    const note = committed === null ? null : decodeTenure(committed.metadata, committed.offset);
    // Our own: we lost our place meanwhile, and live.
    const died = note === null || note.owner === owner ? 0 : 1;
    this.#deaths = (note?.deaths ?? 0) + died;
    this.#crashes = new Map(note?.crashes ?? before?.crashes ?? []);
    const running = note?.running ?? null;
    if (running !== null && died > 0) this.#crashes.set(running, this.crashesOf(running) + 1);
    const isSuspicious = this.#deaths >= suspiciousDeaths || this.#crashes.size > 0;
    this.#careful = Math.max(isSuspicious ? careful : 0, before?.careful ?? 0);
  }

  get crashes(): ReadonlyMap<number, number> {
    return this.#crashes;
  }

  get careful(): number {
    return this.#careful;
  }

  get isCareful(): boolean {
    return this.#careful > 0;
  }

  /** How often the process ended while that record ran alone. */
  crashesOf(offset: number): number {
    return this.#crashes.get(offset) ?? 0;
  }

  /** That record is about to run, and no other. */
  begin(offset: number): void {
    this.#careful -= 1;
    this.suspect(offset);
  }

  /** Should the process end now, that record was it. */
  suspect(offset: number): void {
    this.#running = offset;
    this.isDue = true;
  }

  /** It has answered. */
  clear(offset: number): void {
    if (this.#running !== offset && !this.#crashes.has(offset)) return;
    this.#crashes.delete(offset);
    if (this.#running === offset) this.#running = null;
    this.isDue = true;
  }

  /** It has lived longer than any record may take: whatever ended the owners before is done, or was none of these. */
  outlive(): void {
    if (this.#deaths === 0 && this.#careful === 0) return;
    this.#deaths = 0;
    this.#careful = 0;
    this.#crashes.clear();
    this.isDue = true;
  }

  handOver(): void {
    this.#isHandedOver = true;
    this.isDue = true;
  }

  /** For the metadata of a commit of that offset. */
  note(offset: number, owner: string): string {
    if (this.#isHandedOver) return '';
    const deaths = offset > this.#base ? 0 : this.#deaths;
    return encodeTenure(offset, { owner, deaths, running: this.#running, crashes: this.#crashes });
  }
}
