import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolveReferences, resolveSecret } from '../src/index.ts';

describe('references', () => {
  it('are resolved from the environment, inside longer texts and at any depth', () => {
    const settings = { url: 'http://${HOST}:${PORT:-8080}/x', list: ['${HOST}', 7, null], plain: '#support' };
    expect(resolveReferences(settings, { HOST: 'localhost' })).toStrictEqual({
      url: 'http://localhost:8080/x',
      list: ['localhost', 7, null],
      plain: '#support',
    });
  });

  it('are resolved from files, without the final line break', () => {
    const folder = mkdtempSync(join(tmpdir(), 'references-'));
    writeFileSync(join(folder, 'secret'), 'hunter2\n');
    expect(resolveSecret(`\${file:${join(folder, 'secret')}}`, {})).toBe('hunter2');
    rmSync(folder, { recursive: true });
    expect(() => resolveSecret(`\${file:${join(folder, 'secret')}}`, {})).toThrow(/needs a readable file: ENOENT/);
  });

  it('name the variable that is missing or empty', () => {
    expect(() => resolveSecret('${API_TOKEN}', { API_TOKEN: '' })).toThrow(/needs the environment variable API_TOKEN/);
  });

  it('are the only way to write a secret, and the refusal does not repeat it', () => {
    expect(() => resolveSecret('hunter2', {})).toThrow(/^(?!.*hunter2)/);
    expect(() => resolveSecret('${API_TOKEN:-hunter2}', {})).toThrow(/^(?!.*hunter2).*default/);
  });

  it('do not resolve what came out of a variable', () => {
    expect(resolveReferences('${A}', { A: '${B}', B: 'x' })).toBe('${B}');
  });
});
