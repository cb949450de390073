import { describe, expect, it } from '@jest/globals';
import { commandOf, parseOptions } from '../src/options.ts';

describe('the options of npm run chaos', () => {
  it('break everything of a cluster of three, when none is given', () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ seconds: 60, seed: 1, kafkaNodes: 3, save: false, json: false });
    expect(new Set(options.classes.map(({ target }) => target))).toContain('kafka-3');
  });

  it('take minutes, or seconds instead', () => {
    expect(parseOptions(['--minutes', '12']).seconds).toBe(720);
    expect(parseOptions(['--minutes', '12', '--seconds', '40']).seconds).toBe(40);
  });

  it.each([
    ['--rate', 'many'],
    ['--seed', '-1'],
    ['--kafka-nodes', '2'],
    ['--secnods', '3'],
  ])('refuse %s %s in one sentence', (name, value) => {
    expect(() => parseOptions([name, value])).toThrow(name);
  });

  it('tell the command again without what says where things are kept', () => {
    const typed = ['--data', '/tmp/x', '--minutes', '12', '--seed', '7', '--save', '--port-base', '20000'];
    expect(commandOf(typed)).toBe('npm run chaos -- --minutes 12 --seed 7');
    expect(commandOf(['--json'])).toBe('npm run chaos');
  });
});
