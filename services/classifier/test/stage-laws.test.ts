import { stageLaws } from '@millrace/conformance';
import { type CanonicalEntity, type EntityEnriched, topics } from '@millrace/contracts';
import { createExpressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import { createMetrics } from '@millrace/service';
import { createClassifierMetrics } from '../src/classifier-metrics.ts';
import { classifyPipeline } from '../src/classify.ts';
import { anAnswer, aTicket, goldAccount, scripted } from './builders.ts';
import { createMemoryOutcomes } from './memory-outcomes.ts';

const metrics = createClassifierMetrics(createMetrics(), () => performance.now());
const inputs = ['1', '2', '3'].map((id) => ({
  topic: topics.ticketsEnriched,
  key: `zendesk:${id}`,
  data: aTicket({ id }, goldAccount),
}));
const task = {
  task: 'category',
  as: 'category',
  when: null,
  pack: 'support',
  taxonomy: { labels: [] },
  threshold: 0,
  mode: 'fast',
} as const;

stageLaws<EntityEnriched<CanonicalEntity>>('classify with an embedded model', {
  make: () =>
    classifyPipeline({
      flow: aFlow(),
      expressions: createExpressions(),
      tasks: [{ ...task, model: scripted('embedded').model }],
      outcomes: null,
      modelTimeoutMs: 5_000,
      metrics,
    }),
  inputs,
});

// Says something else each time it is asked: only the recorded outcome makes the bytes the same.
const fickle = scripted('remote', (_request, _signal, turn) => anAnswer({ confidence: (turn % 100) / 100 }));
const stores = new WeakMap<object, ReturnType<typeof createMemoryOutcomes>>();

stageLaws<EntityEnriched<CanonicalEntity>>('classify with a paid model', {
  make: (serde) => {
    const store = stores.get(serde) ?? createMemoryOutcomes();
    stores.set(serde, store);
    const outcomes = { store, serde };
    return classifyPipeline({
      flow: aFlow(),
      expressions: createExpressions(),
      tasks: [{ ...task, model: fickle.model }],
      outcomes,
      modelTimeoutMs: 5_000,
      metrics,
    });
  },
  inputs,
});
