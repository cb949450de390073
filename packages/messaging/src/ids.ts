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
  const hex = hash('sha1', scratch.subarray(0, namespace.length + written), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
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
