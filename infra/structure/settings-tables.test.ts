import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const script = join(import.meta.dirname, '../../packages/service/scripts/settings-tables.ts');

describe('the README of every service', () => {
  it('lists exactly the settings that its config declares', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--check']).catch(
      (drifted: { stdout: string; stderr: string }) => drifted,
    );
    expect(stdout).toBe('');
  });
});
