import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, type TicketClassified, topics } from '@millrace/contracts';
import { createExpressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import { CodedError, type OutcomeStore, retry } from '@millrace/messaging';
import { createPipelineRig, type PipelineRig } from '@millrace/messaging/testing';
import { createMetrics } from '@millrace/service';
import { createClassifierMetrics } from '../src/classifier-metrics.ts';
import { type AskedTask, type ClassifyOptions, classify, classifyPipeline } from '../src/classify.ts';
import { anAnswer, anEnvelope, aTicket, never, type ScriptedModel, scripted } from './builders.ts';
import { createMemoryOutcomes } from './memory-outcomes.ts';

const expressions = createExpressions();
afterAll(() => expressions.close());
const rigs: PipelineRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});
function aRig(): PipelineRig {
  const rig = createPipelineRig();
  rigs.push(rig);
  return rig;
}

function asking({ model }: ScriptedModel, ...tasks: string[]): readonly AskedTask[] {
  return tasks.map((task) => ({
    ...{ task, as: task, when: null, pack: 'support', taxonomy: { labels: [] }, threshold: 0, mode: 'fast', model },
  }));
}

function optionsOf(tasks: readonly AskedTask[], over: Partial<ClassifyOptions> = {}): ClassifyOptions {
  const metrics = createClassifierMetrics(createMetrics(), () => performance.now());
  return { flow: aFlow(), expressions, tasks, outcomes: null, modelTimeoutMs: 5_000, metrics, ...over };
}

const personal = aTicket({ description: 'I am ana@northwind.example, card 4111 1111 1111 1111' });

describe('classify', () => {
  it('adds a judgement per task and leaves the rest as it came', async () => {
    const model = scripted('embedded', ({ task }) => anAnswer({ label: task }));
    const handled = await classify(optionsOf(asking(model, 'category', 'priority')))(anEnvelope(aTicket()), never);
    expect(handled.outputs).toMatchObject([
      { to: { name: 'tickets.classified.v1' }, key: 'helpdesk:35436', item: 'classified' },
    ]);
    const data = handled.outputs[0]?.data as TicketClassified | undefined;
    const { judgements, ...rest } = data ?? { judgements: null };
    expect(rest).toStrictEqual(aTicket());
    expect(judgements).toMatchObject({ category: { label: 'category' }, priority: { label: 'priority' } });
    expect(topics.ticketsClassified.violations(handled.outputs[0]?.data)).toEqual([]);
  });

  it("holds a task's `when` for true as JSONata does, and for false where it reads what is absent", async () => {
    const model = scripted('embedded', ({ task }) => anAnswer({ label: task }));
    const whens = ['subject', "$contains(assignee, 'x')", 'assignee', "assignee & 'x' = 'x'"];
    const tasks = whens.map((when, at) => ({ ...(asking(model, `task${at}`)[0] as AskedTask), when }));
    const handled = await classify(optionsOf(tasks))(anEnvelope(aTicket({ assignee: null })), never);
    const data = handled.outputs[0]?.data as TicketClassified | undefined;
    expect(Object.keys(data?.judgements ?? {})).toEqual(['task0', 'task3']);
  });

  it.each(['soft', 'permanent'] as const)(
    'shows no model anything of what is gone, and judges nothing: %s',
    async (kind) => {
      const model = scripted('remote', () => anAnswer());
      const deletion = { kind, at: 5, reason: 'deleted' };
      const options = optionsOf(asking(model, 'category', 'priority'));
      const { outputs, outcome } = await classify(options)(anEnvelope({ ...aTicket(), deletion }), never);
      expect(model.asked).toEqual([]);
      expect(outcome.kind).toBe('emitted');
      expect(outputs).toMatchObject([{ key: 'helpdesk:35436', data: { deletion, judgements: {} } }]);
    },
  );

  it('asks all tasks of a message in one turn and about the very same text, which an embedded model then reads once', async () => {
    const signals: AbortSignal[] = [];
    const model = scripted('embedded', (_request, signal) => {
      signals.push(signal);
      return anAnswer();
    });
    const handled = classify(optionsOf(asking(model, 'category', 'priority', 'language')))(
      anEnvelope(aTicket()),
      never,
    );
    const [first, ...others] = model.asked;
    expect(others).toHaveLength(2);
    for (const { parts, facts } of others) {
      expect(parts).toBe(first?.parts);
      expect(facts).toBe(first?.facts);
    }
    expect(new Set(signals).size).toBe(1);
    await handled;
  });

  it('shows an embedded model the text, and a remote one only what was masked', async () => {
    const embedded = scripted('embedded');
    const remote = scripted('remote');
    const handle = classify(optionsOf([...asking(embedded, 'category'), ...asking(remote, 'priority')]));
    await handle(anEnvelope(personal), never);
    expect(JSON.stringify(embedded.asked)).toContain('4111 1111 1111 1111');
    expect(JSON.stringify(remote.asked)).toContain('[EMAIL_1], card [CARD_1]');
    expect(JSON.stringify(remote.asked)).not.toMatch(/4111|ana@/);
  });

  it('counts it against the message that a remote model takes too long, or one text could be asked for ever', async () => {
    const deaf = scripted('remote', () => new Promise(() => {}));
    const handle = classify(optionsOf(asking(deaf, 'category'), { modelTimeoutMs: 20 }));
    await expect(handle(anEnvelope(aTicket()), never)).rejects.toMatchObject({
      code: 'X_CLASSIFY_MODEL_TIMEOUT',
      disposition: { kind: 'retry' },
      unavailable: false,
    });
  });

  it('stops asking when its signal is aborted', async () => {
    const abort = new AbortController();
    const obedient = scripted(
      'remote',
      (_request, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const handled = classify(optionsOf(asking(obedient, 'category')))(anEnvelope(aTicket()), abort.signal);
    abort.abort(new Error('draining'));
    await expect(handled).rejects.toThrow('draining');
  });

  it('does not start with a paid model and nowhere to record its answers', () => {
    expect(() => classifyPipeline(optionsOf(asking(scripted('remote'), 'category')))).toThrow(/store of outcomes/);
  });
});

describe('the classify stage on a broker', () => {
  const published = { id: 'event-1', key: 'helpdesk:35436' };

  it('keeps the correlation, names the cause and derives the same id from the same message', async () => {
    const rig = aRig();
    const { run } = await rig.start(classifyPipeline(optionsOf(asking(scripted('embedded'), 'category'))));
    await rig.publish(topics.ticketsEnriched, aTicket(), { ...published, correlationid: 'flow-1' });
    await rig.publish(topics.ticketsEnriched, aTicket(), { ...published, correlationid: 'flow-1' });
    await run.whenCaughtUp();
    const stored = rig.stored(topics.ticketsClassified);
    expect(stored).toHaveLength(2);
    expect(new Set(stored.map(({ identity }) => identity.id)).size).toBe(1);
    expect(stored[0]?.identity).toMatchObject({
      correlationid: 'flow-1',
      causationid: 'event-1',
      type: 'ticket.classified',
    });
    expect(stored[0]?.record.value).toEqual(stored[1]?.record.value);
  });

  it('pays once for a message that comes twice, and emits the same bytes', async () => {
    const rig = aRig();
    const model = scripted('remote', (_request, _signal, turn) => anAnswer({ confidence: 0.5 + turn / 100 }));
    const outcomes = { store: createMemoryOutcomes(), serde: rig.serde };
    const { run } = await rig.start(classifyPipeline(optionsOf(asking(model, 'category'), { outcomes })));
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await run.whenCaughtUp();
    const stored = rig.stored(topics.ticketsClassified);
    expect(model.asked).toHaveLength(1);
    expect(stored).toHaveLength(2);
    expect(stored[1]?.record.value).toEqual(stored[0]?.record.value);
  });

  it("emits the first writer's bytes when another process paid for the same message at the same time", async () => {
    const rig = aRig();
    const store = createMemoryOutcomes();
    // The twin stores while our model is still thinking: both found nothing, both paid.
    const twin = classifyPipeline(
      optionsOf(
        asking(
          scripted('remote', () => anAnswer({ confidence: 0.77 })),
          'category',
        ),
        { outcomes: { store, serde: rig.serde } },
      ),
    );
    const twinHandle = twin.through.reduceRight((next, around) => around(next), twin.handle);
    const ours = scripted('remote', async () => {
      await twinHandle(anEnvelope(aTicket(), { id: published.id }), never);
      return anAnswer({ confidence: 0.66 });
    });
    await rig.serde.pin([topics.ticketsEnriched, topics.ticketsClassified]);
    const { run } = await rig.start(
      classifyPipeline(optionsOf(asking(ours, 'category'), { outcomes: { store, serde: rig.serde } })),
    );
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await run.whenCaughtUp();
    expect(rig.stored(topics.ticketsClassified).map(({ data }) => data.judgements['category']?.confidence)).toEqual([
      0.77,
    ]);
  });

  it('asks a paid model again for a replay of its own generation', async () => {
    const rig = aRig();
    const model = scripted('remote');
    const outcomes = { store: createMemoryOutcomes(), serde: rig.serde };
    const { run } = await rig.start(classifyPipeline(optionsOf(asking(model, 'category'), { outcomes })));
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await rig.publish(topics.ticketsEnriched, aTicket(), { ...published, generation: 3 });
    await run.whenCaughtUp();
    expect(model.asked).toHaveLength(2);
  });

  it('loses nothing when the process dies between paying and producing', async () => {
    const rig = aRig();
    const store = createMemoryOutcomes();
    const model = scripted('remote');
    const died = Promise.withResolvers<void>();
    const dying: OutcomeStore = {
      ...store,
      record: async (key, bytes) => {
        await store.record(key, bytes);
        died.resolve();
        return new Promise(() => {});
      },
    };
    const stage = (outcomes: OutcomeStore): ReturnType<typeof classifyPipeline> =>
      classifyPipeline(optionsOf(asking(model, 'category'), { outcomes: { store: outcomes, serde: rig.serde } }));
    const first = await rig.start(stage(dying));
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await died.promise;
    await first.crash();
    const second = await rig.start(stage(store));
    await second.run.whenCaughtUp();
    expect(model.asked).toHaveLength(1);
    expect(rig.stored(topics.ticketsClassified)).toHaveLength(1);
  });

  it('lets nothing stay that was recorded of what is gone for good, and pays for none of it again', async () => {
    const rig = aRig();
    const store = createMemoryOutcomes();
    const model = scripted('remote');
    const options = optionsOf(asking(model, 'category'), { outcomes: { store, serde: rig.serde } });
    const { run } = await rig.start(classifyPipeline(options));
    const deletion = { kind: 'permanent', at: 5, reason: 'deleted' } as const;
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await rig.publish(topics.ticketsEnriched, { ...aTicket(), deletion }, { ...published, id: 'gone' });
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    await run.whenCaughtUp();
    const key = { stage: 'classify', inputId: published.id, generation: 0 };
    expect(await store.find(key)).toEqual(Buffer.alloc(0));
    expect(model.asked).toHaveLength(1);
    expect(rig.stored(topics.ticketsClassified)).toHaveLength(2);
  });

  it('sends a message to a tier when its model asks to wait, and classifies it after', async () => {
    const rig = aRig();
    const limited = scripted('embedded', (_request, _signal, turn) => {
      if (turn > 1) return anAnswer();
      throw new CodedError('X_MODEL_RATE_LIMITED', 'asked to wait', { disposition: retry(30_000) });
    });
    const { run } = await rig.start(classifyPipeline(optionsOf(asking(limited, 'category'))), {
      settings: { retryWaitsMs: [30_000] },
    });
    await rig.publish(topics.ticketsEnriched, aTicket(), published);
    while (rig.cluster.records(groupTopics('classifier.tickets').retry[retryTiers[0]]).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await rig.clock.advance(31_000);
    await run.whenCaughtUp();
    expect(rig.stored(topics.ticketsClassified)).toHaveLength(1);
  });
});
