import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '../src/main.ts');

describe('provisioning outside an embedded start', () => {
  it('refuses to run until somebody says how many brokers keep each record', () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [main], {
      encoding: 'utf8',
      env: {
        MILLRACE_KAFKA_BROKERS: '127.0.0.1:1',
        MILLRACE_REGISTRY_URL: 'http://127.0.0.1:1/apis/ccompat/v7',
        MILLRACE_FLOWS: join(import.meta.dirname, '../../flows'),
      },
    });
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(
      /MILLRACE_REPLICATION_FACTOR: missing\. .*3, of which 2.*1 declares a cluster of one broker/s,
    );
  });
});
