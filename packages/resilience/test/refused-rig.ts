import { jest } from '@jest/globals';
import { groupTopics, type Topic } from '@millrace/contracts';
import { CodedError, deadLetter, type Handled, type Handler, pipeline, retry, type Scope } from '@millrace/messaging';
import {
  createPipelineRig,
  type Note,
  noteTopic,
  type PipelineRig,
  type RigProcess,
  type RigRunOptions,
  turns,
} from '@millrace/messaging/testing';
import { createBreaker } from '../src/breaker.ts';

export const input: Topic<Note> = noteTopic('notes.in', 1);
export const group = 'writer.notes';
export const delivered: Handled = { outputs: [], outcome: { kind: 'delivered' } };
export const openMs = 10_000;

export const refusedAs = (answer: string, scope: Scope = 'record', afterMs?: number): CodedError =>
  new CodedError('X_TEST_REFUSED', `the destination answered ${answer}`, {
    disposition: scope === 'key' ? retry(afterMs) : deadLetter,
    step: 'effect',
    refusal: { scope, answer },
  });

/** A destination that answers what it is told to, and remembers what it took. */
export interface Destination {
  readonly taken: { readonly key: string; readonly number: number }[];
  readonly asked: string[];
  answer: (key: string, number: number) => CodedError | null | Promise<CodedError | null>;
  readonly handle: Handler<Note>;
}

export function aDestination(): Destination {
  const destination: Destination = {
    taken: [],
    asked: [],
    answer: () => null,
    handle: async ({ key, data }) => {
      destination.asked.push(key);
      const refusal = await destination.answer(key, data.number);
      if (refusal !== null) throw refusal;
      destination.taken.push({ key, number: data.number });
      return delivered;
    },
  };
  return destination;
}

export interface RefusedRig {
  readonly rig: PipelineRig;
  start(
    handle: Handler<Note>,
    options?: RigRunOptions,
    onFailure?: 'block',
  ): Promise<RigProcess & { readonly close: () => void }>;
  publish(keys: readonly string[]): Promise<void>;
  /** Lets time pass, after everything that needs none has happened and before what it brings about has. */
  pass(ms: number): Promise<void>;
  /** Passes seconds until it is so; throws after ten minutes. */
  until(claim: () => boolean): Promise<number>;
  deadLetters(): number;
  tiers(): number;
  close(): Promise<void>;
}

export function aRefusedRig(): RefusedRig {
  // Opossum sets a timer of its own; everything else goes by the rig's clock.
  jest.useFakeTimers({
    doNotFake: ['performance', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
  const rig = createPipelineRig();
  let published = 0;
  const pass = async (ms: number): Promise<void> => {
    await turns();
    rig.clock.advance(ms);
    jest.advanceTimersByTime(ms);
    await turns();
  };
  const count = (topic: string): number => rig.cluster.records(topic).length;
  return {
    rig,
    async start(handle, options = {}, onFailure) {
      const breaker = createBreaker({ openMs, now: rig.clock.monotonic });
      const writer = pipeline<Note>({
        name: 'write',
        group,
        from: [input],
        handle,
        ...(onFailure === undefined ? {} : { order: 'key' as const, onFailure }),
      });
      const process = await rig.start(writer, { breaker, ...options });
      return { ...process, close: () => breaker.close() };
    },
    async publish(keys) {
      for (const key of keys) {
        published += 1;
        await rig.publish(input, { text: key, number: published }, { key });
      }
      await turns();
    },
    pass,
    async until(claim) {
      for (let passed = 0; passed < 600; passed += 1) {
        if (claim()) return passed * 1_000;
        await pass(1_000);
      }
      throw new Error('it never came to that');
    },
    deadLetters: () => count(`dlq.${group}`),
    tiers: () => Object.values(groupTopics(group).retry).reduce((sum, topic) => sum + count(topic), 0),
    async close() {
      await rig.close();
      jest.useRealTimers();
    },
  };
}

export const keysOf = (count: number, prefix = 'k'): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
