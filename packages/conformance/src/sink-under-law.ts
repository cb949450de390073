import type { CodedError } from '@millrace/messaging';

export interface SinkAnswer {
  readonly outcome: string;
  readonly destination: string;
}

/** A sink as its port has it, whatever its deliveries look like. */
export interface SinkShape<Delivery> {
  write(delivery: Delivery, signal: AbortSignal): Promise<SinkAnswer>;
  writeBatch?(deliveries: readonly Delivery[], signal: AbortSignal): Promise<readonly (SinkAnswer | CodedError)[]>;
  probe?(delivery: Delivery, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** What tells one delivery from another, for the laws. */
export interface DeliveryFacts {
  readonly key: string;
  readonly eventId: string;
  /** Newer is greater. */
  readonly at: number;
  readonly generation: number;
  /** Something of the content that `readBack` shows. */
  readonly content: string;
  /** The entity is gone; absent while it is there. */
  readonly deletion?: 'soft' | 'permanent';
  /** What earlier writes of the key said where they wrote, where the sink erases. */
  readonly earlier?: readonly string[];
}

/** How a destination can be made to fail. */
export type SinkFault = 'unavailable' | 'rate-limited' | 'server-error' | 'unauthorised' | 'rejected' | 'hanging';

export interface SinkHarness<Delivery> {
  readonly sink: SinkShape<Delivery>;
  /** The same sink with the same settings as a dry run opens it, and what it shows of each request. */
  rehearse(): { readonly sink: SinkShape<Delivery>; readonly shown: () => readonly { readonly purpose: string }[] };
  delivery(facts: DeliveryFacts): Delivery;
  /** The content that the destination holds for a key; null for nothing. */
  readBack(key: string): Promise<string | null>;
  /** How the destination says that what it knows of the key is gone; null where it does not. Absent where it never says so. */
  readDeletion?(key: string): Promise<'soft' | 'permanent' | null>;
  /** How often the event had an effect at the destination. */
  effects(eventId: string): Promise<number>;
  /** Makes the destination refuse, for good, whatever has this content. Needed where the sink writes batches. */
  refuseContent?(content: string): Promise<void>;
  /** Makes every write fail that way until `heal`. */
  fail(fault: SinkFault): Promise<void>;
  heal(): Promise<void>;
  /** Never to be seen in a result or an error. */
  readonly secrets: readonly string[];
  dispose(): Promise<void>;
}

export interface SinkUnderLaw<Delivery> {
  readonly definition: {
    readonly name: string;
    readonly inDoubt: 'transactional' | 'probe' | 'repeat' | 'dead-letter';
    readonly batch?: { readonly maxItems: number };
    readonly deletions: {
      readonly soft: 'marks' | 'tells' | 'nothing';
      readonly permanent: 'erases' | 'tells' | 'nothing';
    };
  };
  /** Declared: an older event never replaces a newer one. Otherwise why not. */
  readonly supersedes: true | string;
  /** Faults that this destination can show; the laws on the others are skipped. */
  readonly faults: readonly SinkFault[];
  readonly make: () => Promise<SinkHarness<Delivery>>;
}
