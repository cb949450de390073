import type { RecordPosition } from './broker.ts';

/** Which outcome of which stage: a replay with its own generation is a new one on purpose. */
export interface OutcomeKey {
  readonly stage: string;
  readonly inputId: string;
  readonly generation: number;
  /** The key of the input's record: by it what is recorded is found when it must not stay. Names no outcome by itself. */
  readonly recordKey?: string;
}

/**
 * What a paid effect produced, stored before it is published.
 * An implementation makes both calls durable before it answers; while it is away it throws retry and unavailable.
 */
export interface OutcomeStore {
  /** The stored bytes, or null when this input was not handled yet. */
  find(key: OutcomeKey, signal?: AbortSignal): Promise<Buffer | null>;
  /** First writer wins: returns what is stored now, which is another's when it was faster. Emit exactly that. */
  record(key: OutcomeKey, outcome: Buffer, signal?: AbortSignal): Promise<Buffer>;
  /** What is stored of inputs with that key must not stay: `find` answers no bytes for them from now on. */
  erase(stage: string, recordKey: string, signal?: AbortSignal): Promise<void>;
}

/**
 * `in-doubt`: a try was begun and its end is unknown; the sink's `inDoubt` says what follows.
 * `superseded`: nothing was begun, because the route is done with a newer event of the same key.
 */
export type EffectState = 'fresh' | 'done' | 'in-doubt' | 'superseded';

/** Which of the events of one key this is: the greater (sequence, generation) is the newer. */
export interface KeyPlace {
  /** The entity key. */
  readonly key: string;
  readonly sequence: string;
  readonly generation: number;
}

/** A row of the append-only `deliveries` table. */
export interface DeliveryNote {
  readonly correlationid: string;
  /** The entity's plural name. */
  readonly entity: string;
  /** The entity key. */
  readonly id: string;
  readonly sequence: string;
  readonly generation: number;
}

export interface EffectDone {
  /** What was written where, e.g. the vendor's id. */
  readonly detail: string;
  readonly note: DeliveryNote | null;
  /** Whether `written` finds it by the note's id: what was written there may have to be erased. */
  readonly isErasable?: boolean;
}

/**
 * Remembers effects on systems that cannot take part in a transaction, by (route, event id), and the newest event of each
 * (route, key) that the route is done with: written, unchanged, filtered or superseded. One that failed does not count.
 * A place is null where a source declares no order: then nothing is newer.
 */
export interface EffectStore {
  /** Writes `started` before the effect, durably. Of two callers only one gets `fresh`. What was begun before stays so, however old. */
  begin(route: string, eventId: string, place?: KeyPlace | null, signal?: AbortSignal): Promise<EffectState>;
  /**
   * After the effect. A note is kept in the same write, so that an effect is told once however often it is reported, and
   * the event it names counts as settled for its key.
   */
  done(route: string, eventId: string, done: EffectDone, signal?: AbortSignal): Promise<void>;
  /** The try surely had no effect (refused before it was applied): the next `begin` is `fresh` again. */
  release(route: string, eventId: string, signal?: AbortSignal): Promise<void>;
  /**
   * The route is done with the event and wrote nothing: older ones of its key are superseded from now on. Releases what was
   * begun of it; without an event id, of one that never came so far, there is nothing to release.
   */
  settle(route: string, eventId: string | null, place: KeyPlace, signal?: AbortSignal): Promise<void>;
  /** The details of what the route wrote of the key and may have to erase, the oldest first. */
  written(route: string, key: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Whether the route is done with a newer event of the key. */
  isSuperseded(route: string, place: KeyPlace, signal?: AbortSignal): Promise<boolean>;
}

/** Bodies too large for a record (claim check). A reference names its content for good. */
export interface BodyStore {
  /** `recordKey` is the key of the record that will refer to it, by which it is found when it must not stay; null for none. */
  put(bytes: Buffer, recordKey: string | null, signal?: AbortSignal): Promise<string>;
  /** Null when it was erased. Rejects with dead-letter when the reference is unknown, retry and unavailable while the store is away. */
  get(ref: string, signal?: AbortSignal): Promise<Buffer | null>;
  /** What records of that key refer to must not stay, but for the one that says so itself and may be read again. */
  erase(recordKey: string, except: string | null, signal?: AbortSignal): Promise<void>;
}

/** A dead letter's place in the line of its held key. */
export interface HeldPlace {
  /** Names the line: the member that began it. */
  readonly hold: string;
  /** Rises along the line. A record that fails again keeps its place. */
  readonly at: number;
}

/** The first of a line, and the only one of its key that may be tried. */
export interface LineHead {
  /** The id of the record's first dead letter: the same however often it is redriven. */
  readonly member: string;
  /** It failed by itself and waits for an operator; false: it was only held, and its turn has come. */
  readonly failed: boolean;
}

/** What is known of a line once a record has its place in it. */
export interface HeldInLine extends HeldPlace {
  /** It is this record, where whoever was before it is settled. */
  readonly first: LineHead;
}

/** A key with a line. */
export interface HeldKey {
  readonly key: Buffer;
  readonly first: LineHead;
  /** Where the record that began the line first stood: what stood before it there is older than the line. */
  readonly since: RecordPosition;
}

/** What whoever takes partitions over has to know. */
export interface HeldLines {
  /** With a record in one of these partitions. */
  readonly own: readonly HeldKey[];
  /**
   * All others of the group, as they stand now. None of their keys should come to these partitions, but after partitions
   * were added they do: the line is where the key was. Whoever meets one asks by `hold`, which says who is first.
   */
  readonly elsewhere: readonly HeldKey[];
}

/** Who may write the lines of a partition: the last that took them over. */
export interface LineOwner {
  readonly group: string;
  readonly partition: number;
  /** Another for each assignment. */
  readonly token: string;
}

/** A record of a key that is held, or is from now on. */
export interface HeldLetter extends LineHead, LineOwner {
  readonly key: Buffer;
  readonly origin: RecordPosition;
}

/** A record taken out of its line. */
export interface SettledLetter {
  /** Its key; null when it stood in no line. */
  readonly key: Buffer | null;
  /** Who is first now; null when the line is over and the key is free. */
  readonly first: LineHead | null;
}

/**
 * Keys whose records are held back after a dead letter: one line per key, in the order of its records.
 * Each call is durable before it answers, and repeating one changes nothing; while the store is away it throws retry and
 * unavailable. `hold` and `settle` answer null to whoever is not the owner any more: nothing was written then.
 */
export interface HeldKeys {
  /**
   * Makes the caller the owner of these partitions and returns the held keys, `limit` of its own at most. What an earlier
   * owner writes after that is refused, so that what is returned of its own stays true.
   */
  take(
    owner: { readonly group: string; readonly partitions: readonly number[]; readonly token: string },
    limit: number,
    signal?: AbortSignal,
  ): Promise<HeldLines>;
  /**
   * Puts a record at the end of its key's line; one that is in it keeps its place, and whether it failed is noted.
   * Says who is first of the line now, which another owner may have moved. `settled` for one that was taken out of a line
   * that goes on: it is done, and comes a second time.
   */
  hold(letter: HeldLetter, signal?: AbortSignal): Promise<HeldInLine | 'settled' | null>;
  /** Takes a record out of its line, wherever in it. */
  settle(owner: LineOwner, member: string, signal?: AbortSignal): Promise<SettledLetter | null>;
}
