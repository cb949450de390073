import { hash } from 'node:crypto';

/** Constant for ever: another namespace would give every event a new id, and every duplicate a second life. */
const namespace = Buffer.from('b1f0c0de5f6e5a0d9c3b7e4d2a1f8c64', 'hex');

/** Reused between calls; safe because nothing is awaited while it is filled. */
let scratch = Buffer.concat([namespace, Buffer.alloc(1_024)]);

export type IdPart = string | number | null;

/**
 * A deterministic id: UUID version 5 over the JSON array of the parts.
 * An array, never a joined string: `['a', 'bc']` and `['ab', 'c']` must differ.
 */
export function eventId(parts: readonly IdPart[]): string {
  const name = JSON.stringify(parts);
  // Three bytes are the most that one UTF-16 unit becomes in UTF-8.
  const most = namespace.length + name.length * 3;
  if (scratch.length < most) scratch = Buffer.concat([namespace, Buffer.alloc(most)]);
  const written = scratch.write(name, namespace.length);
  // One character per byte: no object for the digest, and no string for each group of the id.
  return uuidOf(hash('sha1', scratch.subarray(0, namespace.length + written), 'binary'));
}

const digits = Buffer.from('0123456789abcdef');
const uuidText = Buffer.from('00000000-0000-0000-0000-000000000000');
/** Where the two digits of each byte stand in the text. */
const placeOfByte = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const versionByte = 6;
const variantByte = 8;

function uuidOf(digest: string): string {
  for (let index = 0; index < placeOfByte.length; index += 1) {
    let byte = digest.charCodeAt(index);
    if (index === versionByte) byte = (byte & 0x0f) | 0x50;
    else if (index === variantByte) byte = (byte & 0x3f) | 0x80;
    const place = placeOfByte[index] as number;
    uuidText[place] = digits[byte >> 4] as number;
    uuidText[place + 1] = digits[byte & 0x0f] as number;
  }
  return uuidText.toString('latin1');
}

/** The namespace in UUID form, so that another program can derive the same ids. */
export const eventIdNamespace = 'b1f0c0de-5f6e-5a0d-9c3b-7e4d2a1f8c64';

/** The id of a stage's output: the same input, stage and generation give the same id, however often it is handled. */
export function outputId(
  parentId: string,
  stage: string,
  type: string,
  item: string | number,
  generation: number,
): string {
  return eventId([parentId, stage, type, item, generation]);
}

/** One dead letter per origin and redrive: a crash may write it twice, index, plan and job count it once. */
export function deadLetterId(
  group: string,
  origin: { readonly topic: string; readonly partition: number; readonly offset: number },
  replayCount: number,
): string {
  return eventId([group, origin.topic, origin.partition, origin.offset, replayCount]);
}
