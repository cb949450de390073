import { type Topic, topics } from '@millrace/contracts';
import type { HeaderPair } from '../../src/broker.ts';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { readDeadLetter, readHeldPlace } from '../../src/headers/dead-letter.ts';
import { laneHeaders } from '../../src/headers/lane.ts';
import { createInMemoryHeldKeys } from '../../src/in-memory/held-keys.ts';
import { type OnFailure, type Pipeline, pipeline } from '../../src/pipeline.ts';
import type { HeldKeys } from '../../src/stores.ts';
import {
  createPipelineRig,
  type Note,
  noteTopic,
  type PipelineRig,
  type RigProcess,
  type RigRunOptions,
  turns,
} from '../../src/testing/index.ts';

export const input: Topic<Note> = noteTopic('notes.in', 2);
export const group = 'keeper.notes';

export const never: CodedError = new CodedError('X_TEST_REFUSED', 'never', { disposition: deadLetter });
export const later = (afterMs?: number): CodedError =>
  new CodedError('X_TEST_BUSY', 'not now', { disposition: retry(afterMs) });

/** A dead letter, by the record's name. */
export interface Dead {
  readonly name: string;
  readonly code: string;
  readonly at: number | null;
  readonly id: string | undefined;
}

/** A pipeline whose order is looked at. Records have names: `<key><number>`. */
export interface Keeper {
  readonly rig: PipelineRig;
  readonly heldKeys: HeldKeys;
  /** What the destination took, in its order. */
  readonly applied: string[];
  /** What it cannot take at the moment, and why. */
  readonly broken: Map<string, CodedError>;
  pipeline(onFailure: OnFailure, options?: Partial<Pipeline<Note>>): Pipeline<Note>;
  start(onFailure: OnFailure, options?: RigRunOptions): Promise<RigProcess>;
  publish(...names: readonly string[]): Promise<void>;
  dead(): readonly Dead[];
  acks(): readonly string[];
  /** Dead letters that were done or given up. */
  settled(): ReadonlySet<string>;
  /** The newest dead letter of each, in this order, as a job would: to redrive or to discard. */
  replay(names: readonly string[], mode?: 'redrive' | 'discard'): Promise<void>;
  /** Steps through waits that have no end of their own. */
  passes(ms: number, stepMs?: number): Promise<void>;
}

export function aKeeper(): Keeper {
  const rig = createPipelineRig();
  const heldKeys = createInMemoryHeldKeys();
  const applied: string[] = [];
  const broken = new Map<string, CodedError>();
  const deadRecords = () => rig.cluster.records(`dlq.${group}`);
  const nameOf = ({ headers }: { readonly headers: readonly HeaderPair[] }): string =>
    headers.find(([name]) => name === 'ce_id')?.[1]?.toString() ?? '';
  const keeping: Keeper['pipeline'] = (onFailure, options = {}) =>
    pipeline<Note>({
      name: 'keep',
      group,
      from: [input],
      onFailure,
      handle: ({ key, data }) => {
        const name = `${key}${data.number}`;
        const why = broken.get(name);
        if (why !== undefined) throw why;
        applied.push(name);
        return { outputs: [], outcome: { kind: 'delivered' } };
      },
      ...options,
    });

  return {
    ...{ rig, heldKeys, applied, broken, pipeline: keeping },
    start: (onFailure, options = {}) => rig.start(keeping(onFailure), { heldKeys, ...options }),
    async publish(...names) {
      for (const name of names) {
        const [, key, number] = /^([a-z]+)(\d+)$/.exec(name) as unknown as [string, string, string];
        await rig.publish(input, { text: '', number: Number(number) }, { key, id: name, partition: 0 });
      }
    },
    dead: () =>
      deadRecords().map((record) => ({
        name: nameOf(record),
        code: readDeadLetter(record.headers)?.errorCode ?? '',
        at: readHeldPlace(record.headers)?.at ?? null,
        id: readDeadLetter(record.headers)?.id,
      })),
    acks: () => rig.stored(topics.opsReplayAck).map(({ data }) => data.outcome),
    settled: () =>
      new Set(
        rig
          .stored(topics.opsReplayAck)
          .filter(({ data }) => data.outcome !== 'failed-again')
          .map(({ data }) => data.dlqId),
      ),
    async replay(names, mode = 'redrive') {
      const producer = await rig.cluster.createProducer();
      for (const name of names) {
        const record = deadRecords().findLast((one) => nameOf(one) === name);
        if (record === undefined) throw new Error(`no dead letter of ${name}`);
        const count = Number(record.headers.findLast(([header]) => header === 'replay.count')?.[1] ?? 0) + 1;
        const of = readDeadLetter(record.headers)?.id ?? '';
        const facts = { job: 'job-1', of, mode, count, generation: null, edited: null, actor: 'op' };
        await producer.send({
          topic: `lane.${group}`,
          partition: record.partition,
          key: record.key,
          value: mode === 'discard' ? null : record.value,
          headers: laneHeaders(record, facts),
        });
      }
    },
    async passes(ms, stepMs = 500) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        rig.clock.advance(stepMs);
        await turns(6);
      }
    },
  };
}
