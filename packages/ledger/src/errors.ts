/** Every code this package throws: what it means and what fixes it. */
export const ledgerErrors = {
  X_LEDGER_UNAVAILABLE:
    'Postgres does not answer (refused, reset, timed out, starting, full); work resumes by itself when it does.',
  X_LEDGER_ACCESS:
    'Postgres refused us (password, role, database or privilege); correct MILLRACE_POSTGRES_URL or the grants, then resume.',
  X_LEDGER_CONFLICT:
    'Postgres ended a transaction, in favour of another (deadlock, serialisation) or because it could not go on; it is tried again.',
  X_LEDGER_SCHEMA:
    'A table is missing: the database was replaced under us; the migrations run again before the next try.',
  X_LEDGER_DATA: 'Postgres refused a value (out of range, not text it can hold); the record cannot be kept as it is.',
  X_LEDGER_STATEMENT:
    'Postgres refused a statement of ours: a defect or another version of the tables; the cause says which.',
  X_LEDGER_BODY_UNKNOWN:
    'A claim-checked body is not in the store: nobody put or read it for MILLRACE_BODY_KEEP_MS, or the store was replaced.',
  X_LEDGER_CLOSED: 'The ledger was used after it was closed; the process is ending.',
} as const;

export type LedgerErrorCode = keyof typeof ledgerErrors;
