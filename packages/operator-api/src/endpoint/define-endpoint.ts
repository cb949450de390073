import type { z } from 'zod';
import type { Permission } from '../identity/permissions.ts';

/**
 * What of the caller's scope the server checks before the handler sees the request:
 * - `open`: nothing in it belongs to one group or topic.
 * - `whole`: it touches every group and topic, so only an unscoped identity may.
 * - `{ group }`, `{ topic }`: the field that names one. Where it may be absent, the handler filters what it shows.
 * - `handler`: what it belongs to is known only after a look; the handler checks or filters, by `call.access`.
 */
export type Scope = 'open' | 'whole' | 'handler' | { readonly group: string } | { readonly topic: string };

export interface Declaration {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As OpenAPI writes it: `/v1/jobs/{job}/start`. */
  readonly path: `/v1/${string}`;
  /** Completes “this endpoint …”. */
  readonly summary: string;
  readonly permission: Permission;
  readonly scope: Scope;
  /** Of the path. Fields of path, query and body have different names: a client gives them all in one object. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** JSON. */
  readonly body?: z.ZodObject;
  /** A body that is a file, taken as it is; given to the client as `bytes`. */
  readonly bytes?: { readonly type: string; readonly limit: string };
  readonly answer: z.ZodType;
  /** Of a success; 200 when absent. */
  readonly status?: 200 | 201 | 202;
  /** Where a handler may choose another: a plan that was only made. */
  readonly otherStatus?: 200;
  /**
   * Recorded before anything happens. On everything that changes something, shows what records hold, or shows a secret.
   * `<area>.<verb>`.
   */
  readonly audit?: string;
  /** Of the whole input, as a client gives it. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** Declares an endpoint; server, OpenAPI document and client derive from it. */
export function defineEndpoint<const D extends Declaration>(declaration: D): D {
  return declaration;
}

/** Endpoints by area and verb: `endpoints.dlq.list`. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, Declaration>>>>;

type In<T> = T extends z.ZodType ? z.input<T> : unknown;
type Out<T> = T extends z.ZodType ? z.output<T> : unknown;
type Part<D, K extends string> = D extends { readonly [P in K]: infer T } ? T : unknown;
type BytesOf<D, B> = D extends { readonly bytes: object } ? { readonly bytes: B } : unknown;

/** A file as a client sends it: all at once, or piece by piece, so that it sees how far it is. */
export type FileBytes = Uint8Array | AsyncIterable<Uint8Array>;

/** What a client gives. */
export type InputOf<D> = Frozen<In<Part<D, 'params'>> & In<Part<D, 'query'>> & In<Part<D, 'body'>>> &
  BytesOf<D, FileBytes>;

/** What a handler gets: validated, with defaults. */
export type AskedOf<D> = Frozen<Out<Part<D, 'params'>> & Out<Part<D, 'query'>> & Out<Part<D, 'body'>>> &
  BytesOf<D, Uint8Array>;

/** What a handler answers and a client receives. */
export type AnswerOf<D> = Frozen<Out<Part<D, 'answer'>>>;

/** As it comes and goes: nobody changes a request or an answer. */
export type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** Every endpoint with its name: `dlq.list`. */
export function namedEndpoints(
  endpoints: Endpoints,
): readonly { readonly name: string; readonly endpoint: Declaration }[] {
  return Object.entries(endpoints).flatMap(([area, verbs]) =>
    Object.entries(verbs).map(([verb, endpoint]) => ({ name: `${area}.${verb}`, endpoint })),
  );
}
