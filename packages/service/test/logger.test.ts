import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../src/logger.ts';

describe('a log line', () => {
  it('is one line of JSON without a raw control character, whatever a stranger wrote', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const name = '\u001b[2J\u009b31m\u007f\u202e\u2028\ufeff\nforged';
    createLogger({ service: 'test', level: 'info', destination }).info({ name }, 'happened');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028\ufeff]/u);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name, msg: 'happened' });
  });
});
