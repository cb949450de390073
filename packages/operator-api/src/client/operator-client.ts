import type { AnswerOf, Declaration, Endpoints, FileBytes, InputOf } from '../endpoint/define-endpoint.ts';
import { type OperatorEndpoints, operatorEndpoints } from '../endpoints/operator-endpoints.ts';

/** One request, as a transport sends it. */
export interface Sent {
  readonly method: Declaration['method'];
  /** With everything of the path filled in. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly file?: { readonly type: string; readonly bytes: FileBytes };
}

/** Sends a request and resolves with the JSON of a success; rejects with a `Refusal` otherwise. */
export type Send = (request: Sent, signal?: AbortSignal) => Promise<unknown>;

type Verb<D> =
  Record<never, never> extends InputOf<D>
    ? (input?: InputOf<D>, signal?: AbortSignal) => Promise<AnswerOf<D>>
    : (input: InputOf<D>, signal?: AbortSignal) => Promise<AnswerOf<D>>;

/** `client.dlq.list({ group })`: everything of path, query and body in one object, the answer with its type. */
export type ClientOf<E extends Endpoints> = {
  readonly [A in keyof E]: { readonly [V in keyof E[A]]: Verb<E[A][V]> };
};
export type OperatorClient = ClientOf<OperatorEndpoints>;

export function operatorClient(send: Send): OperatorClient {
  return clientOf(operatorEndpoints, send);
}

/** A client of any declared endpoints. */
export function clientOf<const E extends Endpoints>(endpoints: E, send: Send): ClientOf<E> {
  return Object.fromEntries(
    Object.entries(endpoints).map(([area, verbs]) => [
      area,
      Object.fromEntries(
        Object.entries(verbs).map(([verb, endpoint]) => [
          verb,
          (input: Input = {}, signal?: AbortSignal) => send(requestOf(endpoint, input), signal),
        ]),
      ),
    ]),
  ) as ClientOf<E>;
}

type Input = Readonly<Record<string, unknown>>;

function requestOf({ method, path, query, body, bytes }: Declaration, input: Input): Sent {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])));
  const asked = Object.entries(fieldsOf(query, input)).map(([field, value]) => [field, textOf(value)]);
  return {
    ...{ method, path: filled, query: Object.fromEntries(asked) },
    ...(body === undefined ? {} : { body: fieldsOf(body, input) }),
    ...(bytes === undefined ? {} : { file: { type: bytes.type, bytes: input['bytes'] as FileBytes } }),
  };
}

/** Those that were given and stand in the shape. */
function fieldsOf(shape: Declaration['query'], input: Input): Input {
  if (shape === undefined) return {};
  return Object.fromEntries(
    Object.entries(input).filter(([field, value]) => value !== undefined && field in shape.shape),
  );
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));
