export type { Claim, ClaimRequest, ClaimResult, Claims } from './claims.ts';
export { type LedgerErrorCode, ledgerErrors } from './errors.ts';
export { createGroupCommit, type GroupCommitOptions, type Submit } from './group-commit.ts';
export { connectLedger, type Ledger, type LedgerOptions } from './ledger.ts';
export { ledgerSettings } from './ledger-settings.ts';
