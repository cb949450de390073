import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import { law } from './harness.ts';

/** A judgement as the port has it, as far as the laws look. */
export interface JudgementShape {
  readonly label: string | null;
  readonly decision: 'accepted' | 'abstained';
  readonly confidence: number;
  readonly reason: string | null;
  readonly model: { readonly name: string; readonly version: string; readonly hash: string; readonly method: string };
}

export interface ModelShape<Request> {
  readonly tasks: readonly string[];
  readonly effect: 'none' | 'paid';
  isReady(): boolean;
  judge(request: Request, signal: AbortSignal): Promise<JudgementShape>;
  close(): Promise<void>;
}

/** How a model can be made to fail. */
export type ModelFault = 'unavailable' | 'rate-limited' | 'malformed-output' | 'hanging';

export interface ModelHarness<Request> {
  readonly model: ModelShape<Request>;
  /** A request of that task with that text, and the labels it may choose from (empty: the model's own). */
  request(task: string, text: string): { readonly request: Request; readonly labels: readonly string[] };
  /** Makes every judgement fail that way until `heal`. Absent for models that cannot. */
  fail?(fault: ModelFault): Promise<void>;
  heal?(): Promise<void>;
  dispose(): Promise<void>;
}

export interface ModelUnderLaw<Request> {
  readonly name: string;
  /** Text that an answer is possible for. */
  readonly texts: readonly string[];
  readonly faults: readonly ModelFault[];
  readonly make: () => Promise<ModelHarness<Request>>;
}

const dispositions: Readonly<Record<Exclude<ModelFault, 'hanging'>, object>> = {
  unavailable: { disposition: { kind: 'retry' }, unavailable: true },
  'rate-limited': { disposition: { kind: 'retry', afterMs: expect.any(Number) } },
  'malformed-output': { disposition: { kind: 'dead-letter' }, code: expect.stringMatching(/^X_MODEL_/) },
};

/** What every model obeys, embedded or remote, scripted or live. */
export function modelLaws<Request>(subject: ModelUnderLaw<Request>): void {
  const never = new AbortController().signal;
  const using = async (use: (harness: ModelHarness<Request>) => Promise<void>): Promise<void> => {
    const harness = await subject.make();
    try {
      await use(harness);
    } finally {
      await harness.model.close();
      await harness.dispose();
    }
  };
  const skipFault = (fault: ModelFault): string | false => !subject.faults.includes(fault) && `cannot show: ${fault}`;
  const [text = ''] = subject.texts;

  describe(`model laws: ${subject.name}`, () => {
    law('answers every task it names with a label of the taxonomy or an abstention that says why', () =>
      using(async ({ model, request }) => {
        expect(model.tasks.length).toBeGreaterThan(0);
        for (const task of model.tasks) {
          for (const one of [...subject.texts, '', '\u0000\uffff', '?'.repeat(20_000)]) {
            const asked = request(task, one);
            const judgement = await model.judge(asked.request, never);
            if (asked.labels.length > 0 && judgement.label !== null) expect(asked.labels).toContain(judgement.label);
            if (judgement.decision === 'accepted') expect(judgement.label).not.toBeNull();
            else expect(judgement.reason).not.toBeNull();
            expect(judgement.confidence).toBeGreaterThanOrEqual(0);
            expect(judgement.confidence).toBeLessThanOrEqual(1);
          }
        }
      }),
    );

    law('says which model spoke, so that it can be asked again', () =>
      using(async ({ model, request }) => {
        for (const task of model.tasks) {
          const { model: identity } = await model.judge(request(task, text).request, never);
          for (const part of [identity.name, identity.version, identity.hash, identity.method])
            expect(part).not.toBe('');
        }
      }),
    );

    law('gives the same answer to the same question where asking is free', () =>
      using(async ({ model, request }) => {
        if (model.effect === 'paid') return;
        for (const task of model.tasks) {
          const asked = request(task, text).request;
          expect(await model.judge(asked, never)).toEqual(await model.judge(asked, never));
        }
      }),
    );

    law('rejects an aborted question with the signal`s reason', () =>
      using(async ({ model, request }) => {
        const reason = new Error('enough');
        const [task = ''] = model.tasks;
        await expect(model.judge(request(task, text).request, AbortSignal.abort(reason))).rejects.toBe(reason);
      }),
    );

    for (const [fault, expected] of Object.entries(dispositions) as [Exclude<ModelFault, 'hanging'>, object][]) {
      law(
        `tells the pipeline what to do when the model is ${fault}, and goes on when it is not`,
        () =>
          using(async ({ model, request, fail, heal }) => {
            const [task = ''] = model.tasks;
            await fail?.(fault);
            const error = await model.judge(request(task, text).request, never).catch((thrown: unknown) => thrown);
            expect(isCodedError(error)).toBe(true);
            expect(error).toMatchObject(expected);
            expect(String(error)).not.toContain(text);
            await heal?.();
            expect((await model.judge(request(task, text).request, never)).decision).toMatch(/accepted|abstained/);
          }),
        skipFault(fault),
      );
    }

    law(
      'obeys an abort while it thinks',
      () =>
        using(async ({ model, request, fail, heal }) => {
          const [task = ''] = model.tasks;
          const reason = new Error('enough');
          const abort = new AbortController();
          await fail?.('hanging');
          const asked = model.judge(request(task, text).request, abort.signal);
          abort.abort(reason);
          await expect(asked).rejects.toBe(reason);
          await heal?.();
        }),
      skipFault('hanging'),
    );

    law('closes twice, and rejects what it is asked after', () =>
      using(async ({ model, request }) => {
        const [task = ''] = model.tasks;
        const asked = request(task, text).request;
        await Promise.all([model.close(), model.close()]);
        expect(model.isReady()).toBe(false);
        const error = await model.judge(asked, never).catch((thrown: unknown) => thrown);
        expect(isCodedError(error)).toBe(true);
      }),
    );
  });
}
