import { entities } from '@millrace/contracts';
import { guardedNormalise, type Normalise } from './normalise.ts';
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
  /** Every kind of entity that `normalise` may make, plural. Without it the source flows as typed raw records. */
  readonly normalises?: readonly string[];
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
    ...guardedPart(definition),
  };
}

function guardedPart({ name, normalises, normalise }: SourceDefinition): Pick<Source, 'normalise'> {
  if (normalise === undefined || normalises === undefined) return {};
  return { normalise: guardedNormalise({ name, normalises }, normalise) };
}

function contradictionIn(definition: SourceDefinition): string | null {
  const { name, verification, identity, normalise, normalises, ordered, subject } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return 'the name is not kebab-case';
  if (ordered && subject === undefined) return 'ordered needs a subject';
  if ((normalise === undefined) !== (normalises === undefined)) return 'normalise and normalises come together';
  if (normalises?.length === 0) return 'normalises names no entity';
  const unknown = normalises?.find((entity) => !Object.hasOwn(entities, entity));
  if (unknown !== undefined) return `normalises names ${unknown}, which no schema declares`;
  if (identity.signed === undefined) return null;
  const unsigned = pointersOf(identity.signed).find((pointer) => !isSigned(pointer, verification));
  return unsigned === undefined ? null : `identity.signed names ${unsigned}, which the signature does not cover`;
}

function isSigned(pointer: Pointer, verification: Verification): boolean {
  if (pointer.startsWith('body:')) return coversBody(verification);
  return pointer.startsWith('header:') && signedHeaders(verification).includes(pointer.slice('header:'.length));
}
