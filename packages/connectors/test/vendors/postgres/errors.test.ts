import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyPostgres, postgresErrors } from '../../../src/vendors/postgres/errors.ts';

const state = (code: string): Error =>
  Object.assign(new Error('secret value in the text'), { code, column: 'subject' });

describe('classification of a Postgres failure', () => {
  it.each([
    [state('28P01'), 'X_POSTGRES_CREDENTIALS', 'halt', false],
    [state('28000'), 'X_POSTGRES_CREDENTIALS', 'halt', false],
    [state('3D000'), 'X_POSTGRES_TABLE', 'halt', false],
    [state('42501'), 'X_POSTGRES_FORBIDDEN', 'halt', false],
    [state('42P01'), 'X_POSTGRES_TABLE', 'halt', false],
    [state('42804'), 'X_POSTGRES_TABLE', 'halt', false],
    [state('22P05'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('22001'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('23502'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('54000'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('09000'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('27000'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('44000'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('P0001'), 'X_POSTGRES_ROW', 'dead-letter', false],
    [state('28P02'), 'X_POSTGRES_CREDENTIALS', 'halt', false],
    [state('25006'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('25P03'), 'X_POSTGRES_BUSY', 'retry', false],
    [state('53200'), 'X_POSTGRES_BUSY', 'retry', false],
    [state('55006'), 'X_POSTGRES_BUSY', 'retry', false],
    [state('40P01'), 'X_POSTGRES_BUSY', 'retry', false],
    [state('57014'), 'X_POSTGRES_BUSY', 'retry', false],
    [state('57P01'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('57P03'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('53300'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('53100'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('08006'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('ECONNREFUSED'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('EPIPE'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [new Error('Connection terminated unexpectedly'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [new Error('timeout exceeded when trying to connect'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [new Error('Query read timeout'), 'X_POSTGRES_UNREACHABLE', 'retry', true],
    [state('XX000'), 'X_POSTGRES_UNEXPECTED', 'retry', false],
    ['text', 'X_POSTGRES_UNEXPECTED', 'retry', false],
  ])('makes of %p: %s, %s, unavailable %s', (thrown, code, kind, unavailable) => {
    const error = classifyPostgres(thrown);
    expect([error.code, error.disposition.kind, error.unavailable]).toEqual([code, kind, unavailable]);
    expect(error.message).not.toContain('secret value');
    // A row is refused for its own sake until many are; without credentials, rights or a table everybody is.
    const scope = { 'dead-letter': 'record', halt: 'everyone', retry: undefined }[error.disposition.kind];
    expect(error.refusal?.scope).toBe(scope);
  });

  it('is total', () => {
    fc.assert(fc.property(fc.anything(), (thrown) => classifyPostgres(thrown).code in postgresErrors));
  });
});
