import { CodedError, deadLetter, halt, retry, type Scope } from '@millrace/messaging';

/** What can go wrong at a Postgres destination, and what fixes it. */
export const postgresErrors = {
  X_POSTGRES_UNREACHABLE: 'Postgres takes no connection or is starting, stopping or full; waits behind the breaker',
  X_POSTGRES_CREDENTIALS: 'Postgres refuses the user or password; correct the secret, then resume the route',
  X_POSTGRES_FORBIDDEN: 'The user may not write there; grant it, then resume the route',
  X_POSTGRES_TABLE: 'The table is not what the schema makes of it; rename or migrate it, then resume the route',
  X_POSTGRES_ROW:
    'Postgres, or a check or trigger of its table, will never take this row; see the SQLSTATE, correct the map or the event, then redrive',
  X_POSTGRES_COLUMN: "The route's map names a column that neither the entity nor `columns` declares",
  X_POSTGRES_BUSY: 'Postgres gave up on the statement (deadlock, lock, timeout or memory); tried again',
  X_POSTGRES_ABORTED: 'The caller gave up waiting; a repeat is absorbed by the claim',
  X_POSTGRES_UNEXPECTED: 'A failure nobody foresaw; the cause says more',
} as const;

type PostgresErrorCode = keyof typeof postgresErrors;

/** The one total classification of what pg throws. The text holds the SQLSTATE and names, never the row: Postgres quotes values in its own. */
export function classifyPostgres(error: unknown): CodedError {
  const state = sqlState(error);
  const [code, disposition, unavailable] = verdict(state);
  const scope = scopes[disposition.kind];
  const refusal = scope === null ? undefined : { scope, answer: state };
  const where = ['table', 'column', 'constraint']
    .flatMap((kind) => (hasText(error, kind) ? [`${kind} ${error[kind]}`] : []))
    .join(', ');
  const text = `Postgres answered ${state}${where === '' ? '' : ` (${where})`}`;
  return new CodedError(code, text, { disposition, unavailable, refusal, step: 'effect', cause: error });
}

/** Postgres takes no row like this one, or takes nothing from us; anything else is no refusal. */
const scopes: Readonly<Record<CodedError['disposition']['kind'], Scope | null>> = {
  'dead-letter': 'record',
  halt: 'everyone',
  retry: null,
};

type Verdict = readonly [PostgresErrorCode, CodedError['disposition'], boolean];

/**
 * What one row alone can cause is counted against it (a destination's triggers and checks are a row's too): as an outage or
 * a halt, one row would stop its route for good.
 */
function verdict(state: string): Verdict {
  if (state.startsWith('28')) return ['X_POSTGRES_CREDENTIALS', halt, false];
  if (state === '42501') return ['X_POSTGRES_FORBIDDEN', halt, false];
  // A fail-over: soon pointed at the primary.
  if (state === '25006') return ['X_POSTGRES_UNREACHABLE', retry(), true];
  if (/^(57014|53200|25|40|55)/.test(state)) return ['X_POSTGRES_BUSY', retry(), false];
  if (/^(08|53|57P|58|NET)/.test(state)) return ['X_POSTGRES_UNREACHABLE', retry(), true];
  if (/^(3D|3F|42|0A)/.test(state)) return ['X_POSTGRES_TABLE', halt, false];
  if (/^(09|20|21|22|23|27|38|39|44|54|P0)/.test(state)) return ['X_POSTGRES_ROW', deadLetter, false];
  return ['X_POSTGRES_UNEXPECTED', retry(), false];
}

/** The SQLSTATE; `NET` plus the system's code for a connection that failed; `unknown` for the rest. */
function sqlState(error: unknown): string {
  if (!hasText(error, 'code')) return connectionText(error) ? 'NET' : 'unknown';
  return /^[0-9A-Z]{5}$/.test(error['code']) && !error['code'].startsWith('E') ? error['code'] : `NET ${error['code']}`;
}

/** pg has no code for its own time limits and for a socket that ended under it. */
function connectionText(error: unknown): boolean {
  return (
    hasText(error, 'message') &&
    /timeout|terminated|Connection ended|not queryable|Client was closed|socket|ECONN/i.test(error['message'])
  );
}

function hasText<K extends string>(value: unknown, name: K): value is Record<K, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    name in value &&
    typeof (value as Record<K, unknown>)[name] === 'string'
  );
}
