import {
  type AnswerOf,
  type AskedOf,
  type Declaration,
  type Endpoints,
  namedEndpoints,
} from '../endpoint/define-endpoint.ts';
import { refusal } from '../errors.ts';
import { type Identity, may, mayGroup, mayTopic } from '../identity/identity.ts';
import type { Permission } from '../identity/permissions.ts';

/** What the caller's scope and roles allow, for what is known only after a look. */
export interface Access {
  mayGroup(group: string): boolean;
  mayTopic(topic: string): boolean;
  may(permission: Permission): boolean;
  /** Throws a `Refusal` with status 403. */
  requireGroup(group: string): void;
  requireTopic(topic: string): void;
}

export function accessOf(identity: Identity): Access {
  const access: Access = {
    mayGroup: (group) => mayGroup(identity, group),
    mayTopic: (topic) => mayTopic(identity, topic),
    may: (permission) => may(identity, permission),
    requireGroup: (group) => {
      if (!access.mayGroup(group)) throw refusal('X_ACCESS_SCOPE', 403);
    },
    requireTopic: (topic) => {
      if (!access.mayTopic(topic)) throw refusal('X_ACCESS_SCOPE', 403);
    },
  };
  return access;
}

/** A validated request of somebody who may make it. */
export interface Call<D> {
  /** The fields of path, query and body in one object. */
  readonly asked: AskedOf<D>;
  readonly identity: Identity;
  readonly access: Access;
  /** Aborted when the service stops or the caller hangs up: for reads. What changes something goes on to its end. */
  readonly signal: AbortSignal;
}

/**
 * What an audited endpoint is about to do. The handler has looked and refused by now, and changed nothing and read no record;
 * the server records `target` and `detail` durably, and only then calls `act`.
 */
export interface Prepared<A> {
  /** The group, topic or name that it is done to. */
  readonly target: string;
  /** Never a secret, never a record. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Instead of the declared one. */
  readonly status?: 200;
  /** Only a plan was asked for: `act` changes nothing, and nothing is recorded. Counts for nothing where something is shown. */
  readonly isPlan?: boolean;
  readonly act: () => Promise<A>;
}

/** An endpoint with `audit` can be answered only by what is audited first. */
export type HandlerOf<D> = (
  call: Call<D>,
) => Promise<D extends { readonly audit: string } ? Prepared<AnswerOf<D>> : AnswerOf<D>>;

/** A handler for each declared endpoint: a missing one, and one of another shape, do not compile. */
export type HandlersOf<E extends Endpoints> = {
  readonly [A in keyof E]: { readonly [V in keyof E[A]]: HandlerOf<E[A][V]> };
};

export type AnyHandler = (call: Call<Declaration>) => Promise<unknown>;

/** By name, `dlq.list`. Throws when a declaration has no handler or a handler no declaration: seen at start, not at a call. */
export function boundHandlers(endpoints: Endpoints, handlers: object): ReadonlyMap<string, AnyHandler> {
  const bound = new Map<string, AnyHandler>();
  for (const [area, verbs] of Object.entries(handlers))
    for (const [verb, handler] of Object.entries(verbs as Record<string, AnyHandler>))
      bound.set(`${area}.${verb}`, handler);
  const declared = namedEndpoints(endpoints).map(({ name }) => name);
  const odd = [
    ...declared.filter((name) => !bound.has(name)),
    ...[...bound.keys()].filter((name) => !declared.includes(name)),
  ];
  if (odd.length > 0)
    throw refusal('X_OPERATOR_API_UNBOUND', 500, {
      detail: `declaration and handler do not meet: ${odd.toSorted().join(', ')}`,
    });
  return bound;
}
