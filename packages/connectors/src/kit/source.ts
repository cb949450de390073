import { CodedError, deadLetter, isCodedError } from '@millrace/messaging';
import { destinations, fitId, fitValue, keyBytes } from '@millrace/text';
import type { Deletion } from './deletion.ts';
import { type Pointer, pointersOf, type Selector } from './selector.ts';
import { coversBody, signedHeaders, type Verification } from './verification/verification.ts';

/** How far a claim about a vendor was checked: a published vector, its SDK, its documentation, a catalogue of others. */
export type Evidence = 'vector' | 'sdk' | 'docs' | 'catalogue';

export type Method = 'POST' | 'PUT' | 'GET' | 'DELETE';

/** What a body may be. The first that a source declares is also what a body without a content type is taken for. */
export type BodyType =
  | { readonly kind: 'json'; readonly reply?: Reply }
  | {
      readonly kind: 'form';
      /** The field that holds JSON, which then is the document (the habit of some vendors). Without it the form's own fields are. */
      readonly field?: string;
      /** With `field`: a form that lacks it is taken too, and its own fields are the document. */
      readonly bare?: boolean;
      /** What a sender of this kind of body is told, where it is not the source's `reply`. */
      readonly reply?: Reply;
    };

/** A vendor's question whether anybody is there, answered by the door itself after the signature was verified. Nothing is produced. */
export interface Handshake {
  readonly name: string;
  readonly when: { readonly selector: Selector; readonly equals: string };
  /** Asked now and then by itself, and not when the address is set up: nothing that an operator waits for. */
  readonly routine?: true;
  readonly answer: /** The text found is sent back as text/plain. */
  { readonly kind: 'echo'; readonly selector: Selector } | { readonly kind: 'ok' };
}

/**
 * What makes two deliveries the same one. A retry must read alike, and two different events never:
 * a lost event is worse than a duplicate, so what cannot be told is taken for new.
 */
export interface Identity {
  /** Ids inside the signed content: proof against replay. Every header named must be part of the signed content. */
  readonly signed?: Selector;
  /** A delivery id that the vendor repeats on its retries but does not sign: counts together with the body's hash. */
  readonly delivery?: `header:${string}`;
}

/** What the sender is told when its delivery is safe. */
export interface Reply {
  readonly kind: 'json' | 'empty';
  /** Where the vendor demands another success than 202. */
  readonly status?: number;
}

/** The raw record as a normaliser sees it: the fields of `webhooks.received` of the same names. */
export interface RawWebhook {
  /** As received; compressed where its content-encoding says so. */
  readonly body: Buffer;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly eventType: string | null;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The instance's name in the flow; begins every entity key. */
  readonly source: string;
  /** Who caused the event at the vendor, as the declared pointer found it. */
  readonly actor: string | null;
  /** Our own integration at the vendor, as the flow names it: what it caused is filtered as an echo. */
  readonly integrationActor?: string | null;
}

export interface NormalisedItem {
  /** Plural name of the entity, as in the flow. */
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

/** Vendor payload → canonical entities. Pure and deterministic; throws only coded errors, dead-letter. */
export type Normalise = (raw: RawWebhook) => Normalised;

/** A vendor's webhooks, as data: everything the door may know of it. */
export interface SourceDefinition {
  /** Kebab-case noun; the connector's name in the flow file. */
  readonly name: string;
  readonly summary: string;
  readonly verifiedBy: Evidence;
  readonly methods: readonly Method[];
  readonly body: {
    readonly types: readonly BodyType[];
    /** Of the body as received and, where compressed, of what it unpacks to. Default 5 MiB. */
    readonly maxBytes?: number;
  };
  readonly verification: Verification;
  readonly handshakes?: readonly Handshake[];
  readonly identity: Identity;
  readonly eventType?: Selector;
  /** The thing whose order matters, where `ordered`. */
  readonly subject?: Selector;
  /** Who caused the event at the vendor: how an echo of our own write is known. */
  readonly actor?: Selector;
  /** The vendor's own time of the event, in any unit or as ISO 8601; what is no time counts as not stated. */
  readonly occurredAt?: Selector;
  /** Secrets that the vendor sends in the clear: masked after verification, before the record is written. */
  readonly credentials?: readonly Exclude<Pointer, `const:${string}`>[];
  readonly reply?: Reply;
  /** The vendor has given up by then: a fault of ours is told as 503 before. */
  readonly senderDeadlineMs: number;
  /** False for batches and for sources without a subject: their raw records have no key. */
  readonly ordered: boolean;
  /** Entity that `normalise` makes. Without it the source flows as typed raw records. */
  readonly normalises?: string;
  readonly normalise?: Normalise;
  /** Where the vendor's settings ask for our address and which events to choose; shown by `millrace sources show`. */
  readonly subscription?: string;
}

/** A definition with its defaults filled in and its contradictions ruled out. */
export interface Source extends SourceDefinition {
  readonly body: { readonly types: readonly BodyType[]; readonly maxBytes: number };
  readonly handshakes: readonly Handshake[];
  readonly credentials: NonNullable<SourceDefinition['credentials']>;
  readonly reply: Reply;
  readonly coversBody: boolean;
  /** True when a captured request cannot be sent again as a new one. */
  readonly replayProtected: boolean;
}

export const mebibyte: number = 1024 * 1024;
const defaultMaxBodyBytes = 5 * mebibyte;

/** States a source. A contradiction throws here, at import: it is a bug of the definition and never reaches a request. */
export function defineSource(definition: SourceDefinition): Source {
  const problem = contradictionIn(definition);
  if (problem !== null) throw new Error(`source ${definition.name}: ${problem}`);
  return {
    ...definition,
    body: { types: definition.body.types, maxBytes: definition.body.maxBytes ?? defaultMaxBodyBytes },
    handshakes: definition.handshakes ?? [],
    credentials: definition.credentials ?? [],
    reply: definition.reply ?? { kind: 'json' },
    coversBody: coversBody(definition.verification),
    replayProtected: definition.identity.signed !== undefined,
    ...(definition.normalise === undefined ? {} : { normalise: guarded(definition.normalise) }),
  };
}

const echo: Normalised = { kind: 'filtered', reason: 'echo' };

/** No sink deletes anything at a vendor: that something is gone is news whoever caused it. */
function withoutEchoes(made: Normalised): Normalised {
  if (made.kind === 'filtered') return echo;
  const items = made.items.filter(({ deletion }) => deletion !== undefined);
  return items.length === 0 ? echo : { kind: 'entities', items };
}

/** Echoes end here, and a defect becomes a dead letter that says so: no payload may stop a pipeline. */
function guarded(normalise: Normalise): Normalise {
  return (raw) => {
    const isOurs = raw.integrationActor != null && raw.actor === raw.integrationActor;
    try {
      const made = storable(normalise(raw));
      return isOurs ? withoutEchoes(made) : made;
    } catch (error) {
      if (isOurs) return echo;
      if (isCodedError(error)) throw error;
      throw new CodedError(
        'X_NORMALISE_FAILED',
        `the normaliser failed on a payload of type ${raw.eventType ?? 'unknown'}`,
        {
          disposition: deadLetter,
          step: 'handle',
          cause: error,
        },
      );
    }
  };
}

/** Whatever a normaliser took out of a payload: every table holds it, and the key stays its own. */
function storable(result: Normalised): Normalised {
  if (result.kind !== 'entities') return result;
  const items = result.items.map((item) => ({
    ...item,
    key: fitId(item.key, keyBytes),
    data: fitValue(item.data, destinations.postgres),
  }));
  return { ...result, items };
}

/** A header of a raw record by its lower-case name; several of one name are joined by commas, as HTTP has it. */
export function headerOf(raw: RawWebhook, name: string): string | undefined {
  const values = raw.headers.filter((header) => header.name.toLowerCase() === name).map(({ value }) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

function contradictionIn(definition: SourceDefinition): string | null {
  const { name, verification, identity, normalise, normalises, ordered, subject } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return 'the name is not kebab-case';
  if (ordered && subject === undefined) return 'ordered needs a subject';
  if ((normalise === undefined) !== (normalises === undefined)) return 'normalise and normalises come together';
  if (identity.signed === undefined) return null;
  const unsigned = pointersOf(identity.signed).find((pointer) => !isSigned(pointer, verification));
  return unsigned === undefined ? null : `identity.signed names ${unsigned}, which the signature does not cover`;
}

function isSigned(pointer: Pointer, verification: Verification): boolean {
  if (pointer.startsWith('body:')) return coversBody(verification);
  return pointer.startsWith('header:') && signedHeaders(verification).includes(pointer.slice('header:'.length));
}
