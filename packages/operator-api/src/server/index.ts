export { type AccessOptions, identityOf, requireAccess, requireAddress } from './access.ts';
export { type AuditEntry, auditRecord } from './audit.ts';
export { type Access, accessOf, type Call, type HandlerOf, type HandlersOf, type Prepared } from './handlers.ts';
export { type OperatorRouterOptions, operatorApp, operatorRouter } from './operator-router.ts';
export { answerProblems, type Problem, problemOf } from './problems.ts';
export { authenticateTokens, loadTokens, type Tokens } from './tokens-file.ts';
