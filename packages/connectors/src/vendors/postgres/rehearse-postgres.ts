import type { Rehearsal, RehearsedRows } from '../../kit/rehearsal.ts';
import type { Row } from './rows.ts';
import { applyStatement, expectedColumns, presentColumns, type Target } from './statements.ts';

/** A database with every table and column there, in which nobody wrote these rows before. */
export function rehearsePostgres(target: Target): Rehearsal {
  const apply = applyStatement(target);
  return {
    assumes: 'the tables are there, and the row is not or is older',
    sql: ({ text, values }): RehearsedRows => {
      if (text === presentColumns)
        return { rows: expectedColumns(target).map((column_name) => ({ column_name })), purpose: 'reads' };
      if (text === apply) {
        const rows = JSON.parse(String(values[0])) as readonly Row[];
        return { rows: rows.map(({ event_id }) => ({ event_id, claimed: true, written: true })) };
      }
      return { rows: [], purpose: /^\s*select\b/i.test(text) ? 'reads' : 'housekeeping' };
    },
  };
}
