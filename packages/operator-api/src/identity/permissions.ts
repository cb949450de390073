/**
 * What an endpoint may demand of whoever calls it. `*.payload` shows what records hold, `*.secret` shows credentials: both
 * are audited wherever they are demanded, like everything that changes something.
 */
export const permissions = [
  'dlq.read',
  'dlq.payload',
  'dlq.redrive',
  'dlq.discard',
  'dlq.reindex',
  'jobs.read',
  'jobs.start',
  'jobs.approve',
  'topics.read',
  'topics.payload',
  'trace.read',
  'doctor.read',
  'pipelines.read',
  'pipelines.command',
  'pipelines.seek',
  'flows.read',
  'flows.reload',
  'reference.read',
  'reference.payload',
  'reference.load',
  'sources.read',
  'sources.secret',
  'events.read',
  'keys.read',
  'keys.secret',
  'keys.manage',
  'tokens.read',
  'tokens.manage',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

const viewer: readonly Permission[] = [
  'dlq.read',
  'jobs.read',
  'topics.read',
  'trace.read',
  'doctor.read',
  'pipelines.read',
  'flows.read',
  'reference.read',
  'sources.read',
  'events.read',
];

/** The daily work with failures and pipelines, reads of records included. */
const work: readonly Permission[] = [
  ...viewer,
  'dlq.payload',
  'dlq.redrive',
  'dlq.discard',
  'dlq.reindex',
  'jobs.start',
  'topics.payload',
  'pipelines.command',
  'pipelines.seek',
  'flows.reload',
  'reference.payload',
  'reference.load',
];

/** What each role may. An approver allows what others plan: it needs to look and to act, not to hold secrets. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(viewer),
  operator: new Set([...work, 'sources.secret', 'keys.read', 'keys.secret']),
  approver: new Set([...work, 'jobs.approve']),
  admin: new Set(permissions),
};
