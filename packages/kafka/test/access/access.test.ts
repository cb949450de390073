import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Access, createAccess, someBroker } from '../../src/access/access.ts';
import { quiet } from '../kafka-harness.ts';

const refusal = Object.assign(new Error('invalid credentials'), { type: 'SASL_AUTHENTICATION_FAILED' });
const handshake = Object.assign(new Error('no'), { type: 'UNSUPPORTED_SASL_MECHANISM' });
const outage = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const [one, two] = ['kafka-1:9092', 'kafka-2:9092'];

describe('access to brokers', () => {
  let folder: string;
  let passwordFile: string;
  let time: number;
  let access: Access;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-access-'));
    passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'first');
    time = 1_000_000;
    access = createAccess(
      { saslMechanism: 'scram-sha-256', saslUsername: 'a', saslPasswordFile: passwordFile },
      { logger: quiet, monotonic: () => time, now: () => time },
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const admits = (address: string): boolean => {
    try {
      access.admit(address);
      return true;
    } catch {
      return false;
    }
  };

  it('is tried again after 1, 2, 4, 8 and 15 seconds, and 15 from then on', () => {
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      access.failed(one, refusal);
      const since = time;
      while (!admits(one)) time += 100;
      waits.push(time - since);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('counts those that were turned away at the same time once', () => {
    for (let each = 0; each < 10; each += 1) access.failed(one, refusal);
    time += 1_000;
    expect(admits(one)).toBe(true);
  });

  it('is tried at once when the file with the secret has changed', () => {
    access.failed(one, refusal);
    expect(admits(one)).toBe(false);
    writeFileSync(passwordFile, 'second');
    expect(admits(one)).toBe(true);
  });

  it('is refused by each broker for itself, and not ready while one that is wanted refuses', () => {
    access.granted(two);
    access.failed(one, refusal);
    expect(admits(two)).toBe(true);
    expect(access.readiness()).toMatchObject({ ok: false, reason: expect.stringContaining(one) });
    access.granted(one);
    expect(access.readiness()).toEqual({ ok: true });
  });

  it('forgets a broker that nobody has wanted for two minutes', () => {
    access.failed(one, refusal);
    time += 120_001;
    expect(access.readiness()).toEqual({ ok: true });
  });

  it('is not concerned with a broker that is away', () => {
    access.failed(one, outage);
    expect(admits(one)).toBe(true);
    expect(access.readiness()).toEqual({ ok: true });
  });

  it('keeps what is known of no broker in particular until one lets us in', () => {
    access.failed(someBroker, handshake);
    expect(access.readiness()).toMatchObject({ ok: false });
    access.granted(two);
    expect(access.readiness()).toEqual({ ok: true });
  });

  it('is told once what a broker has answered, also by those who do not know which', () => {
    access.failed(one, refusal);
    access.failed(someBroker, refusal);
    access.granted(one);
    expect(access.readiness()).toEqual({ ok: true });
  });
});
