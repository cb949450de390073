import { join } from 'node:path';
import { type ModelFault, modelLaws } from '@millrace/conformance';
import { maskText } from '@millrace/dlp';
import { CodedError, retry } from '@millrace/messaging';
import { connectEmbeddedModels } from '../src/embedded-models.ts';
import type { JudgementRequest, RemoteModel } from '../src/model.ts';
import { shippedPacks } from '../src/shipped-packs.ts';
import { aCompletion, createScriptedModel } from '../src/testing/index.ts';

const texts = [
  'My card was declined at the shop.',
  'I want to close my account, please.',
  'Guten Tag, wo ist meine Karte geblieben?',
];
const labelsOf: Readonly<Record<string, readonly string[]>> = {
  category: ['cards', 'card-payments', 'cash', 'account'],
  priority: ['low', 'normal', 'high', 'urgent'],
  sentiment: ['negative', 'neutral', 'positive'],
};

modelLaws<JudgementRequest>({
  name: 'embedded support pack, mode cascade',
  texts,
  faults: [],
  make: async () => {
    const models = await connectEmbeddedModels({
      packs: { support: join(shippedPacks, 'support') },
      modes: ['cascade'],
    });
    return {
      model: models.model('support', 'cascade'),
      request: (task, text) => {
        const labels = labelsOf[task] ?? [];
        return { request: { task, parts: [{ name: 'text', text }], facts: [], taxonomy: { labels } }, labels };
      },
      dispose: () => models.close(),
    };
  },
});

modelLaws<Parameters<RemoteModel['judge']>[0]>({
  name: 'scripted remote model',
  texts,
  faults: ['unavailable', 'rate-limited', 'malformed-output', 'hanging'],
  make: async () => {
    let fault: ModelFault | null = null;
    const model = createScriptedModel({
      tasks: ['category'],
      script: () => {
        switch (fault) {
          case null:
            return aCompletion();
          case 'malformed-output':
            return 'I think this is about: cards';
          case 'hanging':
            return new Promise(() => {});
          case 'rate-limited':
            throw new CodedError('X_MODEL_RATE_LIMITED', 'the provider asks to wait', { disposition: retry(30_000) });
          case 'unavailable':
            throw new CodedError('X_MODEL_UNREACHABLE', 'the provider does not answer', {
              disposition: retry(),
              unavailable: true,
            });
        }
      },
    });
    return {
      model,
      request: (task, text) => {
        const labels = ['cards', 'cash'];
        return {
          request: { task, parts: [{ name: 'text', text: maskText(text).text }], facts: [], taxonomy: { labels } },
          labels,
        };
      },
      fail: async (how) => {
        fault = how;
      },
      heal: async () => {
        fault = null;
      },
      dispose: async () => {},
    };
  },
});
