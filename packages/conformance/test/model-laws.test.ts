import { CodedError, deadLetter, retry } from '@millrace/messaging';
import { type ModelFault, type ModelShape, modelLaws } from '../src/model-laws.ts';

interface Asked {
  readonly task: string;
  readonly text: string;
}

function openModel() {
  let isOpen = true;
  let fault: ModelFault | null = null;
  const errors: Record<Exclude<ModelFault, 'hanging'>, CodedError> = {
    unavailable: new CodedError('X_MODEL_AWAY', 'no answer', { disposition: retry(), unavailable: true }),
    'rate-limited': new CodedError('X_MODEL_RATE', 'slower', { disposition: retry(1_000) }),
    'malformed-output': new CodedError('X_MODEL_MALFORMED', 'not a label', { disposition: deadLetter }),
  };
  const model: ModelShape<Asked> = {
    tasks: ['length'],
    effect: 'none',
    isReady: () => isOpen,
    async judge({ text }, signal) {
      signal.throwIfAborted();
      if (!isOpen) throw new CodedError('X_MODEL_CLOSED', 'the model is closed', { disposition: retry() });
      if (fault === 'hanging') {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      } else if (fault !== null) throw errors[fault];
      const model = { name: 'ruler', version: '1', hash: '0', method: 'length' };
      if (text === '')
        return { label: null, decision: 'abstained', confidence: 0, reason: 'nothing to measure', model };
      return { label: text.length > 10 ? 'long' : 'short', decision: 'accepted', confidence: 1, reason: null, model };
    },
    async close() {
      isOpen = false;
    },
  };
  return {
    model,
    request: (task: string, text: string) => ({ request: { task, text }, labels: ['long', 'short'] }),
    fail: async (next: ModelFault) => {
      fault = next;
    },
    heal: async () => {
      fault = null;
    },
    dispose: async () => undefined,
  };
}

modelLaws<Asked>({
  name: 'a ruler',
  texts: ['where is my card?', 'hi'],
  faults: ['unavailable', 'rate-limited', 'malformed-output', 'hanging'],
  make: async () => openModel(),
});
