import { describe, expect, it } from '@jest/globals';
import { CodedError, retry } from '@millrace/messaging';
import { ledgerErrors } from '../src/errors.ts';
import { postgresError } from '../src/postgres-errors.ts';

const answer = (code: string): Error => Object.assign(new Error('values (secret)'), { code, severity: 'ERROR' });
const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

const table: readonly (readonly [unknown, string, string, boolean])[] = [
  [answer('28P01'), 'X_LEDGER_ACCESS', 'halt', false],
  [answer('28000'), 'X_LEDGER_ACCESS', 'halt', false],
  [answer('3D000'), 'X_LEDGER_ACCESS', 'halt', false],
  [answer('42501'), 'X_LEDGER_ACCESS', 'halt', false],
  [answer('42P01'), 'X_LEDGER_SCHEMA', 'retry', true],
  [answer('42601'), 'X_LEDGER_STATEMENT', 'halt', false],
  [answer('40P01'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('40001'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('25P03'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('23505'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('53200'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('XX000'), 'X_LEDGER_CONFLICT', 'retry', false],
  [answer('21000'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('22021'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('23502'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('23514'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('44000'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('54000'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('54001'), 'X_LEDGER_DATA', 'dead-letter', false],
  [answer('0A000'), 'X_LEDGER_STATEMENT', 'halt', false],
  [answer('F0000'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('57P01'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('57P03'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('57014'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('53300'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('53100'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [answer('25006'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [system('ECONNREFUSED'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [system('EPIPE'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [new Error('Connection terminated unexpectedly'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [new Error('Query read timeout'), 'X_LEDGER_UNAVAILABLE', 'retry', true],
  ['not even an error', 'X_LEDGER_UNAVAILABLE', 'retry', true],
  [undefined, 'X_LEDGER_UNAVAILABLE', 'retry', true],
];

describe('postgresError', () => {
  for (const [error, code, kind, unavailable] of table) {
    const name = Error.isError(error) ? ((error as { code?: string }).code ?? error.message) : String(error);
    it(`reads ${name} as ${code}`, () => {
      const coded = postgresError(error);
      expect([coded.code, coded.disposition.kind, coded.unavailable]).toEqual([code, kind, unavailable]);
      expect(Object.keys(ledgerErrors)).toContain(coded.code);
      expect(coded.message).not.toContain('secret');
    });
  }

  it('leaves an error that is coded already as it is', () => {
    const coded = new CodedError('X_OTHER', 'other', { disposition: retry() });
    expect(postgresError(coded)).toBe(coded);
  });
});
