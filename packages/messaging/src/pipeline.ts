import type { Topic } from '@millrace/contracts';
import type { Envelope } from './envelope.ts';

/** What a handler wants published. The runtime derives id, correlation, causation and generation. */
export interface Outgoing<T = unknown> {
  readonly to: Topic<T>;
  readonly key: string;
  readonly data: T;
  /** CloudEvents type; the topic's own when absent. */
  readonly type?: string;
  /** ISO 8601; the parent's when absent. */
  readonly time?: string;
  /** Names this output among its siblings (a batch's item id); the ordinal when absent. Part of the derived id. */
  readonly item?: string;
  /** The value as it was recorded, wire prefix included: published byte for byte, `data` is not looked at. */
  readonly bytes?: Buffer;
}

/** What became of one message. `filtered` and `superseded` are successes that wrote nothing. */
export type Outcome =
  | { readonly kind: 'emitted' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'filtered'; readonly reason: string }
  | { readonly kind: 'superseded' };

export interface Handled {
  readonly outputs: readonly Outgoing[];
  readonly outcome: Outcome;
  /** False when it ended without asking what the breaker watches, which says nothing of it. Asked, when absent. */
  readonly asked?: boolean;
}

export type Handler<T> = (envelope: Envelope<T>, signal: AbortSignal) => Promise<Handled> | Handled;

/** Wraps a handler. The first in `through` is the outermost. */
export type Middleware = <T>(next: Handler<T>) => Handler<T>;

/** `key`: one at a time per key, keys side by side; `partition`: one at a time per partition; `none`: as many as fit. */
export type Order = 'key' | 'partition' | 'none';

/**
 * What becomes of the order when a record fails.
 * - `tiers`: it waits in the retry tiers while the others go on; whoever reads the results goes by their `sequence`.
 * - `block`: tried in place, its lane waiting with it, for `blockMs` at most; then a dead letter, and the others go on.
 * - `hold-key`: as `block`, and after the dead letter everything later of its key follows it to the dead letters, as
 *   `X_KEY_HELD`, and comes back in order once it is redriven or discarded. Needs the order `key` and a store of held keys.
 */
export type OnFailure = 'tiers' | 'block' | 'hold-key';

export interface Pipeline<T> {
  /** Also the stage's name in derived ids, metrics and dead letters. */
  readonly name: string;
  /** `<service>.<flow>[.<route>]`; names the retry, dlq and lane topics. */
  readonly group: string;
  /** All with the same partition count. */
  readonly from: readonly Topic<T>[];
  readonly through: readonly Middleware[];
  readonly handle: Handler<T>;
  /** Every topic an output may name: pinned at boot, refused otherwise. */
  readonly to: readonly Topic<unknown>[];
  readonly order: Order;
  readonly onFailure: OnFailure;
}

export type PipelineOptions<T> = Omit<Pipeline<T>, 'through' | 'to' | 'order' | 'onFailure'> &
  Partial<Pick<Pipeline<T>, 'through' | 'to' | 'order' | 'onFailure'>>;

/** States a stage. Pure: the runtime (`runPipeline`) opens and runs it. */
export function pipeline<T>(options: PipelineOptions<T>): Pipeline<T> {
  return { through: [], to: [], order: 'key', onFailure: 'tiers', ...options };
}

/** What runs for each message: the handler within its middleware. */
export function handlerOf<T>({ through, handle }: Pick<Pipeline<T>, 'through' | 'handle'>): Handler<T> {
  return through.reduceRight<Handler<T>>((next, wrap) => wrap(next), handle);
}
