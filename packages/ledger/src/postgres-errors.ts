import { CodedError, type Disposition, deadLetter, halt, isCodedError, retry } from '@millrace/messaging';
import type { LedgerErrorCode } from './errors.ts';

interface Meaning {
  readonly code: LedgerErrorCode;
  readonly disposition: Disposition;
  readonly unavailable: boolean;
  readonly says: string;
}

const unavailable: Meaning = {
  code: 'X_LEDGER_UNAVAILABLE',
  disposition: retry(),
  unavailable: true,
  says: 'Postgres did not answer',
};
const access: Meaning = {
  code: 'X_LEDGER_ACCESS',
  disposition: halt,
  unavailable: false,
  says: 'Postgres refused our role, password, database or privilege; correct MILLRACE_POSTGRES_URL or the grants',
};
const conflict: Meaning = {
  code: 'X_LEDGER_CONFLICT',
  disposition: retry(),
  unavailable: false,
  says: 'Postgres ended a transaction, in favour of another or because it could not go on',
};
const missing: Meaning = {
  code: 'X_LEDGER_SCHEMA',
  disposition: retry(),
  unavailable: true,
  says: 'a table of ours is missing, the migrations will run again',
};
const data: Meaning = {
  code: 'X_LEDGER_DATA',
  disposition: deadLetter,
  unavailable: false,
  says: 'Postgres cannot hold a value',
};
const statement: Meaning = {
  code: 'X_LEDGER_STATEMENT',
  disposition: halt,
  unavailable: false,
  says: 'Postgres refused a statement of ours',
};

// https://www.postgresql.org/docs/current/errcodes-appendix.html, the first prefix counts. What one record alone can cause is
// counted against it (`conflict`, `data`): as an outage or a halt, one record could stop everything for good.
const meanings: readonly (readonly [prefix: string, Meaning])[] = [
  ['42P01', missing], // undefined_table
  ['3F000', missing], // invalid_schema_name
  ['42501', access], // insufficient_privilege
  ['25006', unavailable], // read_only_sql_transaction: a fail-over, soon pointed at the primary
  ['57014', unavailable], // query_canceled: statement_timeout
  ['53200', conflict], // out_of_memory: of the whole server, or of one statement that asks for too much
  ['23505', conflict], // unique_violation: another wrote the same first
  ['08', unavailable], // connection
  ['53', unavailable], // insufficient resources
  ['57', unavailable], // operator intervention: shutdown, starting up
  ['58', unavailable], // system error: disk
  ['F0', unavailable], // configuration file error
  ['XX', conflict], // internal: of a server that is going down, or of what one value makes it do
  ['28', access], // authentication
  ['3D', access], // no such database
  ['40', conflict],
  ['25', conflict], // the transaction's state: it timed out, or failed before
  ['55', conflict], // lock not available
  ['21', data], // cardinality violation
  ['22', data],
  ['23', data], // integrity constraint
  ['44', data], // with check option
  ['54', data], // a program limit: an index entry too large, too deep a nesting
];

/**
 * What a failure of the driver or the server means. Total: never throws, and what it does not know is away,
 * because the driver reports most lost connections as plain errors with changing texts.
 */
export function postgresError(error: unknown): CodedError {
  if (isCodedError(error)) return error;
  const state = sqlState(error);
  const meaning =
    state === null ? unavailable : (meanings.find(([prefix]) => state.startsWith(prefix))?.[1] ?? statement);
  const detail = state ?? systemCode(error);
  return new CodedError(meaning.code, detail === null ? meaning.says : `${meaning.says} (${detail})`, {
    disposition: meaning.disposition,
    unavailable: meaning.unavailable,
    step: 'effect',
    cause: error,
  });
}

/** The five-character SQLSTATE, which only an answer of the server has. */
function sqlState(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && hasSeverity(error) ? code : null;
}

// Node's own codes are upper case too (EPIPE has five letters): the server's answers carry a severity.
const hasSeverity = (error: unknown): boolean => typeof (error as { severity?: unknown }).severity === 'string';

const systemCode = (error: unknown): string | null => codeOf(error);

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
