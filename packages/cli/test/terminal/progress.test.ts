import { describe, expect, it } from '@jest/globals';
import { drawnProgress, lineOf, plainProgress } from '../../src/terminal/progress.ts';
import { recordedOutput } from './recorded-output.ts';

const esc = String.fromCharCode(27);
const wide = { elapsedMs: 6_000, columns: 80 };

describe('a line of progress', () => {
  it('has a bar as full as the work is done, the count, and the time that is left at this pace', () => {
    expect(lineOf({ what: 'sent', done: 120, total: 200 }, wide)).toBe(
      `[${'#'.repeat(24)}${'-'.repeat(16)}]  60 %  sent 120 of 200, 4 s left`,
    );
    expect(lineOf({ what: 'sent', done: 1, total: 200 }, { ...wide, elapsedMs: 500 })).not.toContain('left');
    expect(lineOf({ what: 'sent', done: 200, total: 200 }, wide)).toBe(`[${'#'.repeat(40)}] 100 %  sent 200 of 200`);
  });

  it('is full where there is nothing to do, and never fuller than full', () => {
    expect(lineOf({ what: 'sent', done: 0, total: 0 }, wide)).toContain('100 %');
    expect(lineOf({ what: 'sent', done: 9, total: 4 }, wide)).toContain('100 %');
  });

  it('says how long it has taken where there is no count', () => {
    expect(lineOf({ what: 'waiting for the answer' }, wide)).toMatch(/^waiting for the answer [|/\\-] 6 s$/);
  });

  it('tells sizes of files as people do', () => {
    expect(lineOf({ what: 'uploaded', done: 1_200_000, total: 64_000_000, unit: 'bytes' }, wide)).toContain(
      'uploaded 1.2 MB of 64.0 MB',
    );
  });

  it('is never as wide as the terminal, whatever its columns are', () => {
    for (const columns of [1, 2, 10, 20, 40, 79, 200]) {
      const drawn = lineOf({ what: 'sent', done: 123_456, total: 9_999_999 }, { elapsedMs: 1, columns });
      expect(drawn.length).toBeLessThanOrEqual(Math.max(1, columns - 1));
    }
  });

  it('shows control characters as escapes', () => {
    expect(lineOf({ what: `${esc}[2Jtrain\n`, done: 1, total: 2 }, wide)).toContain('\\u001b[2Jtrain\\n 1 of 2');
  });
});

describe('progress on a terminal', () => {
  it('is one line that is drawn again, and gone at the end', () => {
    const err = recordedOutput({ columns: 60, rows: 24 });
    let time = 0;
    const progress = drawnProgress(err, { at: { what: 'sent', done: 0, total: 2 }, now: () => time });
    time += 1_000;
    progress.update({ what: 'sent', done: 1, total: 2 });
    progress.end();
    expect(err.text()).not.toContain('\n');
    expect(err.text()).toContain(' 50 %  sent 1 of 2');
    expect(err.text().endsWith(`${esc}[1G${esc}[2K`)).toBe(true);
  });
});

describe('progress on a terminal that moves fast', () => {
  it('is drawn no more often than a person can see, and at last when it is over', () => {
    const err = recordedOutput({ columns: 60, rows: 24 });
    const progress = drawnProgress(err, { at: { what: 'sent', done: 0, total: 1_000 }, now: () => 0 });
    for (let done = 1; done <= 1_000; done += 1) progress.update({ what: 'sent', done, total: 1_000 });
    progress.end();
    expect(err.text().match(/\[[#-]+\]/g)).toHaveLength(2);
    expect(err.text()).toContain('100 %  sent 1000 of 1000');
  });
});

describe('progress where the output is kept', () => {
  const clock = () => {
    let time = 0;
    return { now: () => time, pass: (ms: number) => (time += ms) };
  };

  it('is a plain line when a phase is over, and none before', () => {
    const err = recordedOutput();
    const progress = plainProgress(err, { at: { what: 'sent' }, now: () => 0 });
    for (const done of [0, 1, 2, 3, 3]) progress.update({ what: 'sent', done, total: 3 });
    for (const done of [0, 3, 3]) progress.update({ what: 'answered', done, total: 3 });
    progress.end();
    expect(err.text()).toBe('sent 3 of 3\nanswered 3 of 3\n');
  });

  it('is a line every five seconds while it lasts', () => {
    const err = recordedOutput();
    const { now, pass } = clock();
    const progress = plainProgress(err, { at: { what: 'sent' }, now });
    for (let done = 1; done <= 12; done += 1) {
      pass(1_000);
      progress.update({ what: 'sent', done, total: 100 });
    }
    expect(err.text()).toBe('sent 5 of 100\nsent 10 of 100\n');
  });

  it('says nothing again, and nothing where there is no count', () => {
    const err = recordedOutput();
    const { now, pass } = clock();
    const progress = plainProgress(err, { at: { what: 'sent' }, now });
    for (let time = 0; time < 3; time += 1) {
      pass(6_000);
      progress.update({ what: 'sent', done: 1, total: 2 });
      progress.update({ what: 'loading' });
      progress.update({ what: 'sent', done: 1, total: 2 });
    }
    expect(err.text()).toBe('sent 1 of 2\n');
  });
});
