import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import type { Handler } from '../../src/pipeline.ts';
import type { PipelineSettings } from '../../src/runtime/settings.ts';
import { createPipelineRig, type Note, type PipelineRig, type RigProcess, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, copy, group, input, output } from './copier.ts';

let rig: PipelineRig;
beforeEach(async () => {
  rig = createPipelineRig();
  await rig.provision(copier());
});
afterEach(() => rig.close());

const deadLetters = () => rig.cluster.records(`dlq.${group}`).map(({ headers }) => readDeadLetter(headers));
const results = (): number[] => [...new Set(rig.stored(output).map(({ data }) => data.number))].toSorted();
const publish = async (numbers: readonly number[], partition = 0): Promise<void> => {
  for (const one of numbers)
    await rig.publish(input, { text: '', number: one }, { key: `k${one}`, id: `e${one}`, partition });
};

interface Life {
  readonly process: RigProcess;
  /** In the order of the starts. */
  readonly started: readonly number[];
  readonly wasKilled: boolean;
}

/** `kill` ends the process that the handler runs in, and never returns. */
type Handle = (
  envelope: Parameters<Handler<Note>>[0],
  signal: AbortSignal,
  kill: () => Promise<never>,
) => ReturnType<Handler<Note>>;

/** One process, until it is killed or has nothing left to do. */
async function live(handle: Handle, settings: Partial<PipelineSettings> = {}): Promise<Life> {
  const started: number[] = [];
  let wasKilled = false;
  const kill = (): Promise<never> => {
    wasKilled = true;
    void process.crash();
    return new Promise(() => undefined);
  };
  const noting: Handler<Note> = (envelope, signal) => {
    if (wasKilled) return new Promise(() => undefined);
    started.push(envelope.data.number);
    return handle(envelope, signal, kill);
  };
  const process = await rig.start(copier(noting), { settings });
  for (let second = 0; second < 30 && !wasKilled && process.fatal.length === 0; second += 1) {
    await turns();
    if (!wasKilled) rig.clock.advance(1_000);
  }
  return { process, started, wasKilled };
}

/** Lives until one of them ends by itself. */
async function lives(handle: Handle, settings: Partial<PipelineSettings> = {}): Promise<readonly Life[]> {
  const all: Life[] = [];
  for (let life = 0; life < 20; life += 1) {
    const next = await live(handle, settings);
    all.push(next);
    if (!next.wasKilled) break;
  }
  return all;
}

const killer = 3;

describe('a record whose handler ends the process', () => {
  const ways: Readonly<Record<string, Handle>> = {
    'at once': (envelope, signal, kill) => (envelope.data.number === killer ? kill() : copy(envelope, signal)),
    'before anything else is finished': async (envelope, signal, kill) => {
      await turns(2);
      if (envelope.data.number === killer) return kill();
      await turns(2);
      return copy(envelope, signal);
    },
    'long after the others are finished': async (envelope, signal, kill) => {
      if (envelope.data.number !== killer) return copy(envelope, signal);
      await turns(200);
      return kill();
    },
  };
  for (const [way, handle] of Object.entries(ways)) {
    it(`(${way}) is a dead letter after a few processes, and it alone`, async () => {
      await publish([0, 1, 2, killer, 4, 5]);
      await publish([6, 7], 1);
      const all = await lives(handle);
      expect(all.length).toBeLessThanOrEqual(8);
      expect(all.at(-1)?.wasKilled).toBe(false);
      expect(deadLetters()).toMatchObject([
        { errorCode: 'X_HANDLER_CRASHED', first: { partition: 0, offset: killer } },
      ]);
      expect(results()).toEqual([0, 1, 2, 4, 5, 6, 7]);
      expect(await committedOffsets(rig)).toEqual([6, 2]);
    });
  }

  it('is found though another of its group always runs beside it', async () => {
    const handle: Handle = async (envelope, signal, kill) => {
      if (envelope.data.number === killer) {
        await turns(2);
        return kill();
      }
      if (envelope.data.number === 0) await turns(40);
      return copy(envelope, signal);
    };
    await publish([0], 1);
    await publish([1, killer]);
    await lives(handle);
    expect(deadLetters()).toMatchObject([{ errorCode: 'X_HANDLER_CRASHED', first: { partition: 0, offset: 1 } }]);
    expect(results()).toEqual([0, 1]);
  });

  it('by never answering is a dead letter after three times', async () => {
    const settings = { maxProcessingMs: 6_000 };
    await publish([0, killer, 1]);
    const deaf: Handle = (envelope, signal) =>
      envelope.data.number === killer ? new Promise(() => undefined) : copy(envelope, signal);
    for (let life = 0; life < 3; life += 1) {
      const { process } = await live(deaf, settings);
      expect(process.fatal).toMatchObject([{ code: 'X_HANDLER_STUCK' }]);
      // As a service does: in order, though what hangs does not obey.
      await process.run.drain(AbortSignal.abort());
      await process.run.close();
    }
    const { process } = await live(deaf, settings);
    expect(process.fatal).toEqual([]);
    expect(deadLetters()).toMatchObject([{ errorCode: 'X_HANDLER_CRASHED', first: { offset: 1 } }]);
    expect(results()).toEqual([0, 1]);
  });
});

describe('a process that ends for another reason', () => {
  const slow: Handle = async (envelope, signal) => {
    await turns(30);
    signal.throwIfAborted();
    return copy(envelope, signal);
  };

  it('counts against nobody when it is killed while records come further', async () => {
    for (let life = 0; life < 10; life += 1) {
      await publish([2 * life, 2 * life + 1]);
      const process = await rig.start(copier(copy));
      await process.run.whenCaughtUp();
      rig.clock.advance(1_000);
      await turns();
      await process.crash();
    }
    const { started } = await live(copy);
    expect([deadLetters(), started]).toEqual([[], []]);
  });

  it('counts against nobody when it hands over in order, however often and however little is finished', async () => {
    await publish([0, 1, 2]);
    for (let life = 0; life < 10; life += 1) {
      const process = await rig.start(
        copier((envelope, signal) => slow(envelope, signal, () => new Promise(() => undefined))),
      );
      await turns(3);
      await process.run.drain(AbortSignal.abort());
      await process.run.close();
    }
    const { started } = await live(slow);
    expect(deadLetters()).toEqual([]);
    expect(started).toEqual([0, 1, 2]);
    expect(results()).toEqual([0, 1, 2]);
  });

  it('runs what may have been the cause alone, noted, and everything gets through', async () => {
    await publish([0, 1, 2]);
    for (let life = 0; life < 2; life += 1) {
      const process = await rig.start(copier(() => new Promise(() => undefined)));
      await turns();
      await process.crash();
    }
    let running = 0;
    let most = 0;
    await live(async (envelope, signal) => {
      running += 1;
      most = Math.max(most, running);
      await turns(3);
      running -= 1;
      return copy(envelope, signal);
    });
    expect(most).toBe(1);
    expect([deadLetters(), results()]).toEqual([[], [0, 1, 2]]);
  });
});
