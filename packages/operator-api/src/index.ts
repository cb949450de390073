export {
  type AnswerOf,
  type AskedOf,
  type Declaration,
  defineEndpoint,
  type Endpoints,
  type InputOf,
  namedEndpoints,
  type Scope,
} from './endpoint/define-endpoint.ts';
export { timeFrom } from './endpoint/fields.ts';
export { type Fault, Refusal, type RefusalOptions } from './endpoint/refusal.ts';
export { type DeadLetterView, deadLetterStatuses } from './endpoints/dlq.ts';
export type { JobView } from './endpoints/jobs.ts';
export {
  type GatewayEndpoints,
  gatewayEndpoints,
  type OperatorEndpoints,
  operatorEndpoints,
} from './endpoints/operator-endpoints.ts';
export type { SeekView } from './endpoints/pipelines.ts';
export type { RecordView } from './endpoints/topics.ts';
export { type OperatorApiErrorCode, operatorApiErrors, refusal } from './errors.ts';
export { authenticateAny } from './identity/authenticate-any.ts';
export { type Authenticate, type Identity, isUnscoped, may, mayGroup, mayTopic } from './identity/identity.ts';
export { type Permission, permissions, permissionsOf, type Role, roles } from './identity/permissions.ts';
