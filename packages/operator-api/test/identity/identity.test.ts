import { describe, expect, it } from '@jest/globals';
import { isUnscoped, may, mayGroup, mayTopic, permissions, permissionsOf, roles } from '../../src/index.ts';

describe('a role', () => {
  it('allows a viewer to change nothing and to see no record and no secret', () => {
    const seen = permissions.filter((permission) => may({ roles: ['viewer'] }, permission));
    expect(seen.filter((permission) => !permission.endsWith('.read'))).toEqual([]);
    expect(seen).toContain('dlq.read');
  });

  it('leaves approval of large plans to approvers, and credentials to admins', () => {
    expect(roles.filter((role) => permissionsOf[role].has('jobs.approve'))).toEqual(['approver', 'admin']);
    expect(roles.filter((role) => permissionsOf[role].has('tokens.manage'))).toEqual(['admin']);
    expect(roles.filter((role) => permissionsOf[role].has('keys.manage'))).toEqual(['admin']);
    expect(may({ roles: ['approver'] }, 'sources.secret')).toBe(false);
    expect(may({ roles: ['approver'] }, 'keys.secret')).toBe(false);
  });

  it('adds to another, and none allows nothing', () => {
    expect(may({ roles: ['viewer', 'approver'] }, 'jobs.approve')).toBe(true);
    expect(permissions.filter((permission) => may({ roles: [] }, permission))).toEqual([]);
  });
});

describe('a scope', () => {
  it.each([
    ['*', 'enricher.tickets', true],
    ['', 'enricher.tickets', false],
    ['enricher.tickets', 'enricher.tickets', true],
    ['enricher.tickets', 'enricher.tickets.eu', false],
    ['sink-writers.*', 'sink-writers.tickets.vip', true],
    ['sink-writers.*', 'sink-writersX', false],
    ['*.vip', 'sink-writers.tickets.vip', true],
    ['sink-writers.*.vip', 'sink-writers.tickets.vip', true],
    ['sink-writers.*.vip', 'sink-writers.vip', false],
    ['a*a', 'a', false],
    ['a*b*c', 'a-c-b', false],
    ['a**c', 'abc', true],
    ['*bc*c', 'abc', false],
    ['sink.writers', 'sinkXwriters', false],
  ])('%j of %j: %j', (pattern, name, allowed) => {
    expect(mayGroup({ groups: [pattern] }, name)).toBe(allowed);
    expect(mayTopic({ topics: [pattern] }, name)).toBe(allowed);
  });

  it('answers in time for a pattern that is made to take long', () => {
    const pattern = `${'a*'.repeat(200)}b`;
    expect(mayGroup({ groups: [pattern] }, 'a'.repeat(100_000))).toBe(false);
  });

  it('is none only where groups and topics are open', () => {
    expect(isUnscoped({ groups: ['*'], topics: ['*'] })).toBe(true);
    expect(isUnscoped({ groups: ['*'], topics: ['tickets.*'] })).toBe(false);
    expect(isUnscoped({ groups: [], topics: [] })).toBe(false);
  });
});
