import { type Permission, permissionsOf, type Role } from './permissions.ts';

/**
 * Who calls: bound to the credential that was shown, and to nothing else that the caller writes. The audit names its `id`,
 * and approval compares ids: one credential never approves what it planned.
 */
export interface Identity {
  /** Stable for as long as the credential lives, and across its rotation. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** What it may beside its roles. */
  readonly permissions?: readonly Permission[];
  /** Consumer groups that it may see and act on: names in which `*` is any text. */
  readonly groups: readonly string[];
  /** The same of topics. */
  readonly topics: readonly string[];
}

/**
 * Who holds a token; null where nobody does. What cannot be decided at the moment (the store is away and the token was never
 * seen) is a `Refusal` with status 503, never null: a known caller must not be told that its token is wrong.
 */
export type Authenticate = (token: string, signal?: AbortSignal) => Promise<Identity | null>;

export function may(
  { roles, permissions = [] }: Pick<Identity, 'roles' | 'permissions'>,
  permission: Permission,
): boolean {
  return permissions.includes(permission) || roles.some((role) => permissionsOf[role].has(permission));
}

export function mayGroup({ groups }: Pick<Identity, 'groups'>, group: string): boolean {
  return groups.some((pattern) => matches(pattern, group));
}

export function mayTopic({ topics }: Pick<Identity, 'topics'>, topic: string): boolean {
  return topics.some((pattern) => matches(pattern, topic));
}

/** No group and no topic is closed to it. */
export function isUnscoped({ groups, topics }: Pick<Identity, 'groups' | 'topics'>): boolean {
  return groups.includes('*') && topics.includes('*');
}

/** Text by text between the stars, each at its first place after the one before: linear, whatever the pattern. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
