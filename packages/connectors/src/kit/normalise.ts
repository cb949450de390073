import { CodedError, deadLetter, isCodedError } from '@millrace/messaging';
import { destinations, fitId, fitValue, keyBytes } from '@millrace/text';
import type { Deletion } from './deletion.ts';

export interface SentHeader {
  readonly name: string;
  readonly value: string;
}

/** What is known of an event beside its document, whichever way that came: sent to us, or fetched. */
export interface EventMeta {
  /** As they came over HTTP; none where the document was not sent. */
  readonly headers: readonly SentHeader[];
  /** As the declared pointer found it. */
  readonly eventType: string | null;
  /** Epoch milliseconds, by our own clock. */
  readonly receivedAt: number;
  /** The instance's name in the flow; begins every entity key. */
  readonly source: string;
  /** Who caused the event at the vendor, as the declared pointer found it. */
  readonly actor: string | null;
  /** Our own integration at the vendor, as the flow names it: what it caused is filtered as an echo. */
  readonly integrationActor: string | null;
}

export interface NormalisedItem {
  /** Plural name of the entity, as in the flow: one of those that the source declares in `normalises`. */
  readonly entity: string;
  /** Names this child among its siblings: the vendor's item id, or its ordinal. Part of the derived id. */
  readonly item: string;
  /** `<source instance>:<vendor id>`: record key, and id in the sinks. */
  readonly key: string;
  /**
   * Epoch milliseconds of the vendor's own event time, which decides which event is newer. Null where it states none: then
   * the log decides, and never the time of receipt, which is the clock of one of several gateways.
   */
  readonly eventTime: number | null;
  /** The canonical entity (the nested `entity` of `<entity>.received`). */
  readonly data: Readonly<Record<string, unknown>>;
  /** What is gone for good is emptied of content by whoever takes the item. */
  readonly deletion?: Deletion;
}

export type Normalised =
  | { readonly kind: 'entities'; readonly items: readonly NormalisedItem[] }
  | { readonly kind: 'filtered'; readonly reason: string };

/**
 * One parsed document → canonical entities, of one kind or of several. Pure and deterministic: it changes nothing of the
 * document, and throws only coded errors, dead-letter.
 */
export type Normalise = (document: unknown, meta: EventMeta) => Normalised;

/** A header by its lower-case name; several of one name are joined by commas, as HTTP has it. */
export function headerOf(headers: readonly SentHeader[], wanted: string): string | undefined {
  const values = headers.filter(({ name }) => name.toLowerCase() === wanted).map(({ value }) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

const echo: Normalised = { kind: 'filtered', reason: 'echo' };

/** Echoes end here, and a defect becomes a dead letter that says so: no document may stop a pipeline. */
export function guardedNormalise(
  { name, normalises }: { readonly name: string; readonly normalises: readonly string[] },
  normalise: Normalise,
): Normalise {
  const declared = new Set(normalises);
  return (document, meta) => {
    const isOurs = meta.integrationActor !== null && meta.actor === meta.integrationActor;
    try {
      const made = storable(normalise(document, meta));
      checkEntities(made, name, declared);
      return isOurs ? withoutEchoes(made) : made;
    } catch (error) {
      if (isOurs) return echo;
      if (isCodedError(error)) throw error;
      throw new CodedError(
        'X_NORMALISE_FAILED',
        `the normaliser failed on a payload of type ${meta.eventType ?? 'unknown'}`,
        { disposition: deadLetter, step: 'handle', cause: error },
      );
    }
  };
}

/** What an undeclared kind would go to, nobody provisioned. */
function checkEntities(made: Normalised, source: string, declared: ReadonlySet<string>): void {
  if (made.kind === 'filtered') return;
  const undeclared = made.items.find(({ entity }) => !declared.has(entity));
  if (undeclared === undefined) return;
  throw new CodedError(
    'X_NORMALISE_ENTITY',
    `the normaliser of ${source} made ${undeclared.entity}; expected one of its \`normalises\`: ${[...declared].join(', ')}`,
    { disposition: deadLetter, step: 'validate' },
  );
}

/** No sink deletes anything at a vendor: that something is gone is news whoever caused it. */
function withoutEchoes(made: Normalised): Normalised {
  if (made.kind === 'filtered') return echo;
  const items = made.items.filter(({ deletion }) => deletion !== undefined);
  return items.length === 0 ? echo : { kind: 'entities', items };
}

/** Whatever a normaliser took out of a document: every table holds it, the key stays its own, and no two have one name. */
function storable(made: Normalised): Normalised {
  if (made.kind === 'filtered') return made;
  const nameOf = namedApart();
  const items = made.items.map((item) => ({
    ...item,
    item: nameOf(item.item),
    key: fitId(item.key, keyBytes),
    data: fitValue(item.data, destinations.postgres),
  }));
  return { ...made, items };
}

/**
 * Vendor ids are unique within one kind, if that: the ticket 7 and the comment 7 of one event, or a ticket twice in a batch,
 * would have one derived id, and the later be taken for a repetition of the earlier.
 */
function namedApart(): (item: string) => string {
  const counts = new Map<string, number>();
  const used = new Set<string>();
  return (item) => {
    let count = counts.get(item) ?? 0;
    let name = count === 0 ? item : JSON.stringify([item, count]);
    while (used.has(name)) name = JSON.stringify([item, ++count]);
    counts.set(item, count + 1);
    used.add(name);
    return name;
  };
}
