import { endOf, lengthOf } from '../endpoint/credential-fields.ts';
import type { OperatorEndpoints } from '../endpoints/operator-endpoints.ts';
import type { Identity } from '../identity/identity.ts';
import type { HandlersOf } from '../server/handlers.ts';
import { type Credential, type CredentialKind, stateOf } from './credential.ts';
import type { CredentialDraft, CredentialStore, Issued } from './credential-store.ts';
import { credentialRefusal } from './errors.ts';
import { knownScopes, requireGrantable } from './grants.ts';

export interface CredentialHandlersOptions {
  readonly store: CredentialStore;
  /** Sources of the flow file: no client may have such a name. */
  readonly sourceNames: readonly string[];
  readonly now: () => number;
}

type Handlers = HandlersOf<OperatorEndpoints>;

/** The verbs of tokens, and those of keys that Postgres keeps. */
export function credentialHandlers(options: CredentialHandlersOptions): {
  readonly tokens: Handlers['tokens'];
  readonly keys: Omit<Handlers['keys'], 'show'>;
} {
  const { now } = options;
  const tokens = kindHandlers(options, 'token', (credential) => ({ token: tokenView(credential, now()) }));
  const keys = kindHandlers(options, 'key', (credential) => ({ key: keyView(credential, now()) }));
  return {
    tokens: {
      list: async () => (await options.store.list('token')).map((one) => tokenView(one, now())),
      create: async ({ asked: { name, roles, groups, topics, expires, plan }, identity }) =>
        tokens.create(
          { kind: 'token', name, roles, groups, topics, scopes: [], ...until(expires, now()) },
          identity,
          plan,
        ),
      rotate: tokens.rotate,
      revoke: tokens.revoke,
    },
    keys: {
      list: async () => (await options.store.list('key')).map((one) => keyView(one, now())),
      create: async ({ asked: { client, scopes, expires, plan }, identity }) => {
        requireScopes(scopes);
        const draft = { kind: 'key', name: client, roles: [], groups: [], topics: [], scopes } as const;
        return keys.create({ ...draft, ...until(expires, now()) }, identity, plan);
      },
      rotate: keys.rotate,
      revoke: keys.revoke,
    },
  };
}

interface Named {
  readonly identity: Identity;
}

function kindHandlers<V>(
  { store, sourceNames, now }: CredentialHandlersOptions,
  kind: CredentialKind,
  view: (shown: Credential) => V,
) {
  const issued = (plan: string, { credential, secret }: Issued) => ({ plan, secret, ...view(credential) });
  const found = async (id: string, identity: Identity): Promise<Credential> => {
    const credential = await store.find(kind, id);
    requireGrantable(identity, credential);
    return credential;
  };
  return {
    create: async (draft: CredentialDraft, identity: Identity, isPlan: boolean) => {
      requireOwnName(draft, sourceNames);
      requireGrantable(identity, draft);
      const plan = `a ${kind} for ${draft.name}: ${wordsOf(draft)}`;
      const { kind: _, name, ...detail } = draft;
      return {
        ...{ target: name, detail, ...planOf(isPlan) },
        act: async () => (isPlan ? { plan } : issued(plan, await store.create(draft, identity.id))),
      };
    },
    rotate: async ({
      asked: { id, overlap, plan: isPlan },
      identity,
    }: Named & { readonly asked: { readonly id: string; readonly overlap: string; readonly plan: boolean } }) => {
      const old = await found(id, identity);
      requireOwnName(old, sourceNames);
      const plan = `a new secret for ${old.name}; ${old.shown}… counts for ${overlap} more`;
      const overlapMs = lengthOf(overlap) ?? 0;
      return {
        ...{ target: id, detail: { name: old.name, overlap }, ...planOf(isPlan) },
        act: async () =>
          isPlan ? { plan, ...view(old) } : issued(plan, await store.rotate({ kind, id, overlapMs }, identity.id)),
      };
    },
    revoke: async ({
      asked: { id, plan: isPlan },
      identity,
    }: Named & { readonly asked: { readonly id: string; readonly plan: boolean } }) => {
      const old = await found(id, identity);
      const others = (await store.list(kind)).filter(
        (one) => one.identity === old.identity && one.id !== id && stateOf(one, now()) === 'valid',
      );
      const left = others.map((one) => `; ${one.id} of the same identity goes on`).join('');
      const plan = `${old.name} (${old.shown}…) is refused everywhere within five seconds${left}`;
      return {
        ...{ target: id, detail: { name: old.name }, ...planOf(isPlan) },
        act: async () => ({ plan, ...view(isPlan ? old : await store.revoke({ kind, id }, identity.id)) }),
      };
    },
  };
}

const lastInstant = Date.UTC(9999, 11, 31);

const planOf = (isPlan: boolean): { readonly isPlan?: true; readonly status?: 200 } =>
  isPlan ? { isPlan: true, status: 200 } : {};

function until(expires: string | undefined, now: number): { readonly expiresAt: number | null } {
  const expiresAt = expires === undefined ? null : endOf(expires, now);
  if (expiresAt !== null && (expiresAt <= now || expiresAt > lastInstant))
    throw invalid('/expires', 'expected a time to come, before the year 10000');
  return { expiresAt };
}

/** A source may have come after the first key of its name: no further one is made then. */
function requireOwnName(
  { kind, name: client }: Pick<CredentialDraft, 'kind' | 'name'>,
  sourceNames: readonly string[],
): void {
  if (kind === 'key' && sourceNames.includes(client))
    throw invalid(
      '/client',
      `${client} is the name of a source of the flow file; clients and sources share one namespace: choose another name`,
    );
}

function requireScopes(scopes: readonly string[]): void {
  const unknown = scopes.findIndex((scope) => !knownScopes().includes(scope));
  if (unknown !== -1) throw invalid(`/scopes/${unknown}`, `expected one of ${knownScopes().join(', ')}`);
}

const invalid = (pointer: string, message: string) =>
  credentialRefusal('X_CREDENTIAL_INVALID', 422, { detail: message, errors: [{ pointer, message }] });

function wordsOf({ roles, groups, topics, scopes, expiresAt }: CredentialDraft): string {
  const parts = [
    ...(roles.length === 0 ? [] : [roles.join(', '), `groups ${groups.join(', ')}`, `topics ${topics.join(', ')}`]),
    ...(scopes.length === 0 ? [] : [`events of ${scopes.join(', ')}`]),
    expiresAt === null ? 'until it is revoked' : `until ${iso(expiresAt)}`,
  ];
  return parts.join('; ');
}

const tokenView = (credential: Credential, now: number) => {
  const { name, roles, groups, topics } = credential;
  return { ...commonView(credential, now), name, roles, groups, topics };
};

const keyView = (credential: Credential, now: number) => {
  const { name: client, scopes } = credential;
  return { ...commonView(credential, now), client, scopes };
};

function commonView(credential: Credential, now: number) {
  const { id, identity, shown, createdBy, createdAt, expiresAt, rotatedFrom, revokedAt, lastUsedAt } = credential;
  return {
    ...{ id, identity, shown, createdBy, rotatedFrom },
    state: stateOf(credential, now),
    createdAt: iso(createdAt),
    expiresAt: expiresAt === null ? null : iso(expiresAt),
    revokedAt: revokedAt === null ? null : iso(revokedAt),
    lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
