import type { Topic } from '@millrace/contracts';
import { type Handled, type Handler, type Pipeline, pipeline } from '../../src/pipeline.ts';
import { type Note, noteTopic, type PipelineRig } from '../../src/testing/index.ts';

/** A stage that copies, for tests of what happens around a handler. */
export const input: Topic<Note> = noteTopic('notes.in', 2);
export const output: Topic<Note> = noteTopic('notes.out', 2);
export const group = 'copier.notes';
export const nothing: Handled = { outputs: [], outcome: { kind: 'delivered' } };

export const copy: Handler<Note> = ({ data, key }) => ({
  outputs: [{ to: output, key, data }],
  outcome: { kind: 'emitted' },
});
export const copier = (handle: Handler<Note> = copy): Pipeline<Note> =>
  pipeline<Note>({ name: 'copy', group, from: [input], handle, to: [output] });

export interface Gate {
  readonly waiting: readonly { readonly number: number; readonly open: () => void; readonly signal: AbortSignal }[];
  readonly handle: Handler<Note>;
  started(): readonly number[];
}

/** Handlers that stay until they are told to go on. */
export function gate(): Gate {
  const waiting: { readonly number: number; readonly open: () => void; readonly signal: AbortSignal }[] = [];
  const handle: Handler<Note> = ({ data }, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      waiting.push({ number: data.number, open: () => resolve(nothing), signal });
    });
  return { waiting, handle, started: () => waiting.map(({ number }) => number) };
}

/** Notes 0 to count - 1, each with a key and an id of its own. */
export async function publishNotes(rig: PipelineRig, count: number, partition?: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const place = partition === undefined ? {} : { partition };
    await rig.publish(input, { text: '', number }, { key: `k${number}`, id: `e${number}`, ...place });
  }
}

/** What the group has committed of its input, by partition. */
export async function committedOffsets(rig: PipelineRig): Promise<(number | null)[]> {
  return (await rig.cluster.admin.committed(group, [input.name])).map((one) => one.committed?.offset ?? null);
}
