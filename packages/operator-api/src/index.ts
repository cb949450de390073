export { type Fault, Refusal, type RefusalOptions } from './endpoint/refusal.ts';
export { type Authenticate, type Identity, isUnscoped, may, mayGroup, mayTopic } from './identity/identity.ts';
export { type Permission, permissions, permissionsOf, type Role, roles } from './identity/permissions.ts';
