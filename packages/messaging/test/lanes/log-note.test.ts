import { describe, expect, it } from '@jest/globals';
import { encodeLogId, isOfLog } from '../../src/lanes/log-note.ts';

describe('the note of which log a commit is of', () => {
  const note = encodeLogId(1_234, 'q1-_Z');

  it('tells another log from the same, wherever it stands among other notes', () => {
    for (const metadata of [note, `f1.b.0.AA;t1.0.x.0.${note}`, `;l1.ya.0${note}`]) {
      expect(isOfLog(metadata, 1_234, 'q1-_Z')).toBe(true);
      expect(isOfLog(metadata, 1_234, 'other')).toBe(false);
    }
  });

  it('says nothing at another offset, where there is none, and of an id that could not be read back', () => {
    expect(isOfLog(note, 1_235, 'other')).toBe(true);
    for (const metadata of ['', ';', ';i1', ';i1.yaa', ';i1.ya.q1.more', 'i2.ya.q1']) {
      expect(isOfLog(metadata, 1_234, 'other')).toBe(true);
    }
    for (const id of [null, '', 'a;b', 'a.b', 'x'.repeat(41)]) expect(encodeLogId(7, id)).toBe('');
  });
});
