/**
 * The sink port: what a destination is, and what one delivery to it means.
 * `services/sink-writers` is the only caller; `sinkLaws` (packages/conformance) is what every sink obeys.
 */
import type { PostgresPool, PostgresPoolOptions } from '@millrace/ledger/pool';
import type { CodedError } from '@millrace/messaging';
import type { Outbound } from '@millrace/resilience/outbound';
import { z } from 'zod';
import type { Deletion } from './deletion.ts';
import type { Rehearsal } from './rehearsal.ts';

/**
 * What follows when a crash may have fallen between the effect and our note of it.
 * - `transactional`: the effect and the claim are one write, so the question never arises;
 * - `probe`: look at the destination for our marker, write again only when it is not there;
 * - `repeat`: the destination itself is idempotent by the event id, write again;
 * - `dead-letter`: nobody can know; a person decides.
 */
export type InDoubt = 'transactional' | 'probe' | 'repeat' | 'dead-letter';

/** One judgement as it arrives in a classified record. */
export interface Judgement {
  readonly label: string | null;
  readonly decision: 'accepted' | 'abstained';
  readonly confidence: number;
  readonly reason: string | null;
  /** A suggested reply, where the task makes one. */
  readonly text: string | null;
}

/** What any entity's enriched or classified record has in common. A flow without `classify` has no judgements. */
export interface DeliverableRecord {
  readonly sequence: string | null;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly source: string;
  readonly entity: object;
  /** That the entity is gone; null or absent while it is there. Of what is gone for good, `entity` has no content. */
  readonly deletion?: Deletion | null;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly judgements?: Readonly<Record<string, Judgement>>;
}

/** One record on its way to one destination. */
export interface SinkDelivery {
  /** The route's name in the flow file; with the event id it names the effect. */
  readonly route: string;
  readonly eventId: string;
  readonly correlationid: string;
  /** The entity key, `<source>:<vendor id>`. */
  readonly key: string;
  /** The entity's plural name, `tickets`. */
  readonly entity: string;
  /** Compares bytewise; with the generation it says which of two events of one key is newer. */
  readonly sequence: string;
  readonly generation: number;
  readonly value: DeliverableRecord;
  /** What `when` and `map` see: entity fields, lookups by alias, `classification`, `source`, `id`. */
  readonly view: Readonly<Record<string, unknown>>;
  /** What the route's `map` made of the view, null when nothing; undefined when it has no map, then the sink's own counts. */
  readonly mapped?: unknown;
  /** Of what is gone for good, where the sink erases: the `destination` of each earlier write of the key by this route. */
  readonly earlier?: readonly string[];
}

/**
 * What follows at the destination when an entity is gone at its source. A sink is given deletions whatever the route's
 * `when` and `map` say, unless it does nothing about them.
 * - `marks`: what is there stays, and says that it is gone;
 * - `erases`: no content of it stays; what is older and comes late brings none back;
 * - `tells`: the destination is told, and decides itself;
 * - `nothing`: there is nothing to write, or it cannot be taken back.
 */
export interface Deletions {
  /** It may be restored. */
  readonly soft: 'marks' | 'tells' | 'nothing';
  /** Personal data must not stay. */
  readonly permanent: 'erases' | 'tells' | 'nothing';
}

export interface SinkResult {
  /**
   * `superseded`: the destination already holds something newer; `unchanged`: it already says exactly this; `filtered`: by
   * design it takes no change of this object any more, for the `reason`. None of them wrote anything, and nothing is to fix.
   */
  readonly outcome: 'delivered' | 'superseded' | 'unchanged' | 'filtered';
  /** Of what was filtered, a word such as `closed`. */
  readonly reason?: string;
  /** What was written where, for people: `helpdesk ticket 35436`. Ids only, never content, never a secret. */
  readonly destination: string;
  /** When the object changed by this write, by the destination's clock; an event that says the same is our own write's echo. */
  readonly changedAt?: number;
}

/** How many deliveries one `writeBatch` may be given. */
export interface SinkBatch {
  readonly maxItems: number;
  /** Of their records as JSON together; one that is larger alone goes alone. */
  readonly maxBytes?: number;
  /**
   * How long a batch that is not full waits for more, once the one before it is answered; 0 where what came meanwhile is
   * enough. A lone record of an idle route never waits.
   */
  readonly maxWaitMs: number;
}

/** An open destination. Safe for concurrent writes of different keys; the caller keeps one write at a time per key. */
export interface Sink {
  /**
   * Resolves only when the destination has it durably. Rejects with a `CodedError`, never with anything else.
   * An abort rejects soon, and leaves the effect either whole or absent.
   */
  write(delivery: SinkDelivery, signal: AbortSignal): Promise<SinkResult>;
  /**
   * The same for many, no two of one key or one event: one answer for each, in their order, so that each stands for itself.
   * Rejects where all failed alike. Where it rejects with a dead letter whose refusal is of scope `record`, nothing of the
   * batch was written, one of them may be to blame, and the caller asks again with less. Only where `batch` is declared.
   */
  writeBatch?(deliveries: readonly SinkDelivery[], signal: AbortSignal): Promise<readonly (SinkResult | CodedError)[]>;
  /** Fewer than the declared `maxItems`, where the route's settings say so. */
  readonly batchItems?: number;
  /** True when our marker of exactly this event is at the destination. Only where `inDoubt` is `probe`. */
  probe?(delivery: SinkDelivery, signal: AbortSignal): Promise<boolean>;
  /** Idempotent, and works while writes are running. */
  close(): Promise<void>;
}

/** How fast the vendor lets one client write. */
export interface SinkRate {
  readonly requests: number;
  readonly perMs: number;
}

export interface SinkContext {
  readonly route: string;
  /** The entity's plural name. */
  readonly entity: string;
  /** The Avro schema of the records that will arrive. */
  readonly schema: object;
  /** The only way out over HTTP: guarded, timed, capped. */
  readonly outbound: Outbound;
  /** The only way to a Postgres. A dry run gives another, as it gives another `outbound`: a sink has no way out of its own. */
  readonly openPool: (options: PostgresPoolOptions) => PostgresPool;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface SinkDefinition<Config = unknown> {
  /** The `sink:` of a route: a vendor's or protocol's noun. */
  readonly name: string;
  /** One sentence that stands alone in the generated docs. */
  readonly summary: string;
  /** The route's own keys in the flow file. Text may be a secret reference (`${NAME}`); the caller resolves it before `open`. */
  readonly config: z.ZodType<Config>;
  readonly inDoubt: InDoubt;
  readonly deletions: Deletions;
  /** Which entities it understands. */
  readonly entities: 'any' | readonly string[];
  /** The vendor's documented limit for this kind of write; null where there is none. */
  readonly rate: SinkRate | null;
  /** How many writes may be on their way at once: enough to fill the vendor's limit at its usual latency, no more. */
  readonly concurrency: number;
  /** Declared where `writeBatch` is: the caller gathers what it may be given. */
  readonly batch?: SinkBatch;
  /** A write here may come back as the vendor's webhook, so writes per key are watched for a loop. */
  readonly echoes: boolean;
  /** Cheap and offline: connects on the first write, so a destination that is away never keeps a service from starting. */
  readonly open: (config: Config, context: SinkContext) => Sink;
  /** How a write goes on in a dry run: what the destination would answer, as if nothing of the entity were there yet. */
  readonly rehearse: (config: Config, context: Pick<SinkContext, 'schema'>) => Rehearsal;
}

/** A definition whose config type is nobody's business any more: it is checked by `open`. */
export interface AnySink extends Omit<SinkDefinition<never>, 'open' | 'rehearse' | 'config'> {
  readonly config: z.ZodType;
  /** Parses the config first; throws a plain zod error, which names every wrong key. */
  readonly open: (config: unknown, context: SinkContext) => Sink;
  /** The same of its config. */
  readonly rehearse: (config: unknown, context: Pick<SinkContext, 'schema'>) => Rehearsal;
}

/** States a sink. Pure. A contradiction throws here, at import. */
export function defineSink<Config>(definition: SinkDefinition<Config>): AnySink {
  const { name, batch } = definition;
  if (batch !== undefined && (batch.maxItems < 1 || (batch.maxBytes ?? 1) < 1 || batch.maxWaitMs < 0))
    throw new Error(`sink ${name}: a batch holds at least one item and one byte, and waits no less than 0 ms`);
  return {
    ...definition,
    open: (config, context) => definition.open(definition.config.parse(config), context),
    rehearse: (config, context) => definition.rehearse(definition.config.parse(config), context),
  };
}

/**
 * Text in a route's config that is a secret reference in the flow file and plain by the time a sink opens.
 * With a variable named, the route may leave it out.
 */
export function reference(variable?: string): z.ZodType<string> {
  const text = z.string().min(1);
  return variable === undefined ? text : text.default(`\${${variable}}`);
}

/** A reference to an absolute URL. */
export function urlReference(variable?: string): z.ZodType<string> {
  const url = z.string().refine((text) => text.startsWith('${') || URL.canParse(text), 'expected an absolute URL');
  return variable === undefined ? url : url.default(`\${${variable}}`);
}
