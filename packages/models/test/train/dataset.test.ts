import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDataset } from '../../src/train/dataset.ts';
import { temporaryFolder } from '../fixtures/tiny.ts';

async function read(name: string, content: string): ReturnType<typeof readDataset> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return readDataset(file);
}

describe('readDataset', () => {
  it('reads JSON lines', async () => {
    const { examples } = await read('a.jsonl', '{"text":"a","label":"x"}\n\n{"text":"b","label":"y","lang":"en"}\n');
    expect(examples).toEqual([
      { text: 'a', label: 'x' },
      { text: 'b', label: 'y' },
    ]);
  });

  it('reads CSV with quotes and line breaks, and takes category for label', async () => {
    const { examples } = await read('a.csv', 'text,category\r\n"a, ""b""\nc",x\r\nd,y\r\n');
    expect(examples).toEqual([
      { text: 'a, "b"\nc', label: 'x' },
      { text: 'd', label: 'y' },
    ]);
  });

  it.each([
    ['a.jsonl', '{"text":"a"}', 'line 1'],
    ['a.jsonl', '{"text":"a","label":"x"}\nnot json', 'line 2'],
    ['a.csv', 'words,tag\na,b', 'line 2'],
    ['a.jsonl', '', 'no rows'],
  ])('refuses %s with %j, saying where', async (name, content, where) => {
    await expect(read(name, content)).rejects.toMatchObject({
      code: 'X_MODEL_DATA_INVALID',
      message: expect.stringContaining(where),
    });
  });
});
