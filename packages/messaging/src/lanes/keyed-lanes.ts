/**
 * What waits where, and what may start next. Pure bookkeeping: it starts nothing and counts no concurrency.
 *
 * A lane is the line of one key. It is *idle* (empty, forgotten), *ready* (its head may start: it stands in its source's
 * ready line) or *busy* (its head was taken and is not finished: nothing else of the lane may start).
 * A source is a partition. Sources take turns, and in a source its ready lanes take turns, so neither a long line of one
 * key nor a backlog of one partition delays the others.
 * Everything is an intrusive linked list: no allocation per record beyond the item, and every step is O(1),
 * but for passing over partitions that may have nothing more.
 */
export interface Lane<Item> {
  readonly key: string | null;
  head: Item | null;
  tail: Item | null;
  busy: boolean;
  ready: boolean;
  nextReady: Lane<Item> | null;
}

/** A partition in the ring of those that have something ready. One per partition, made by `laneSource()`. */
export interface LaneSource<Item> {
  firstReady: Lane<Item> | null;
  lastReady: Lane<Item> | null;
  inRing: boolean;
  nextInRing: LaneSource<Item> | null;
}

export interface LaneItem<Item> {
  readonly source: LaneSource<Item>;
  lane: Lane<Item> | null;
  nextInLane: Item | null;
}

export function laneSource<Item>(): LaneSource<Item> {
  return { firstReady: null, lastReady: null, inRing: false, nextInRing: null };
}

const always = (): boolean => true;

export class KeyedLanes<Item extends LaneItem<Item>> {
  readonly #lanes = new Map<string, Lane<Item>>();
  #firstSource: LaneSource<Item> | null = null;
  #lastSource: LaneSource<Item> | null = null;
  #waiting = 0;

  /** Items added or put back that were not taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /** To the end of its key's lane. A null key has no order: the item gets a lane of its own. */
  add(item: Item, key: string | null): void {
    let lane = key === null ? undefined : this.#lanes.get(key);
    if (lane === undefined) {
      lane = { key, head: null, tail: null, busy: false, ready: false, nextReady: null };
      if (key !== null) this.#lanes.set(key, lane);
    }
    item.lane = lane;
    item.nextInLane = null;
    if (lane.tail === null) lane.head = item;
    else lane.tail.nextInLane = item;
    lane.tail = item;
    this.#waiting += 1;
    this.#makeReady(lane);
  }

  /** To the head of their key's lane, in this order: they come before everything that waits there. */
  addFirst(items: readonly Item[], key: string): void {
    const [first, ...others] = items;
    if (first === undefined) return;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { key, head: null, tail: null, busy: false, ready: false, nextReady: null };
      this.#lanes.set(key, lane);
    }
    let last = first;
    first.lane = lane;
    for (const item of others) {
      item.lane = lane;
      last.nextInLane = item;
      last = item;
    }
    last.nextInLane = lane.head;
    if (lane.tail === null) lane.tail = last;
    lane.head = first;
    this.#waiting += items.length;
    this.#makeReady(lane);
  }

  /** The next item that may start, of a source that may have one, or undefined. Its lane is busy until `finish` or `putBack`. */
  take(mayTake: (source: LaneSource<Item>) => boolean = always): Item | undefined {
    let firstPassed: LaneSource<Item> | null = null;
    for (;;) {
      const source = this.#firstSource;
      if (source === null || source === firstPassed) return undefined;
      const lane = source.firstReady;
      this.#leaveRing(source);
      if (!mayTake(source)) {
        firstPassed ??= source;
        this.#enterRing(source);
        continue;
      }
      if (lane === null) continue;
      source.firstReady = lane.nextReady;
      if (source.firstReady === null) source.lastReady = null;
      else this.#enterRing(source);
      lane.nextReady = null;
      lane.ready = false;
      const item = lane.head;
      if (item === null) continue;
      lane.head = item.nextInLane;
      if (lane.head === null) lane.tail = null;
      item.nextInLane = null;
      lane.busy = true;
      this.#waiting -= 1;
      return item;
    }
  }

  /** The item is over: the next of its lane may start, after every other lane that is ready. */
  finish(item: Item): void {
    const lane = item.lane;
    if (lane === null || !lane.busy) return;
    item.lane = null;
    lane.busy = false;
    if (lane.head === null) this.#forget(lane);
    else this.#makeReady(lane);
  }

  /** The item was taken and could not be done: it is the head of its lane again, behind every other lane that is ready. */
  putBack(item: Item): void {
    const lane = item.lane;
    if (lane === null || !lane.busy) return;
    lane.busy = false;
    item.nextInLane = lane.head;
    lane.head = item;
    if (lane.tail === null) lane.tail = item;
    this.#waiting += 1;
    this.#makeReady(lane);
  }

  /** Drops everything that waits. Lanes whose head is taken stay busy: what still runs keeps its key to itself. */
  clear(): void {
    for (let source = this.#firstSource; source !== null; ) {
      const next: LaneSource<Item> | null = source.nextInRing;
      for (let lane = source.firstReady; lane !== null; ) {
        const nextLane: Lane<Item> | null = lane.nextReady;
        lane.ready = false;
        lane.nextReady = null;
        lane = nextLane;
      }
      source.firstReady = null;
      source.lastReady = null;
      source.inRing = false;
      source.nextInRing = null;
      source = next;
    }
    this.#firstSource = null;
    this.#lastSource = null;
    for (const [key, lane] of this.#lanes) {
      lane.head = null;
      lane.tail = null;
      if (!lane.busy) this.#lanes.delete(key);
    }
    this.#waiting = 0;
  }

  #makeReady(lane: Lane<Item>): void {
    if (lane.busy || lane.ready || lane.head === null) return;
    lane.ready = true;
    const source = lane.head.source;
    if (source.lastReady === null) source.firstReady = lane;
    else source.lastReady.nextReady = lane;
    source.lastReady = lane;
    if (!source.inRing) this.#enterRing(source);
  }

  #forget(lane: Lane<Item>): void {
    if (lane.key !== null && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
  }

  #enterRing(source: LaneSource<Item>): void {
    source.inRing = true;
    source.nextInRing = null;
    if (this.#lastSource === null) this.#firstSource = source;
    else this.#lastSource.nextInRing = source;
    this.#lastSource = source;
  }

  #leaveRing(source: LaneSource<Item>): void {
    this.#firstSource = source.nextInRing;
    if (this.#firstSource === null) this.#lastSource = null;
    source.inRing = false;
    source.nextInRing = null;
  }
}
