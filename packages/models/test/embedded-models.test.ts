import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadPack, type Pack } from '../src/embedded/pack.ts';
import { connectEmbeddedModels, type EmbeddedModels } from '../src/embedded-models.ts';
import type { EmbeddedModel, Judgement } from '../src/model.ts';
import { shippedPacks } from '../src/shipped-packs.ts';
import { readDataset } from '../src/train/dataset.ts';
import { offTopic } from './fixtures/off-topic.ts';

const packFolder = join(shippedPacks, 'support');
const never = new AbortController().signal;

function judge(model: EmbeddedModel, task: string, text: string, signal: AbortSignal = never): Promise<Judgement> {
  return model.judge({ task, parts: [{ name: 'text', text }], facts: [], taxonomy: { labels: [] } }, signal);
}

describe('the shipped support pack, mode cascade', () => {
  let models: EmbeddedModels;
  let model: EmbeddedModel;
  let pack: Pack;

  beforeAll(async () => {
    pack = await loadPack(packFolder);
    models = await connectEmbeddedModels({ packs: { support: packFolder }, modes: ['cascade'] });
    model = models.model('support', 'cascade');
  });
  afterAll(() => models.close());

  it('answers every task of a ticket, and names the model that did', async () => {
    const text = 'URGENT: someone is using my card right now, please block it!';
    const [category, priority, sentiment, language, reply] = await Promise.all(
      ['category', 'priority', 'sentiment', 'language', 'reply'].map((task) => judge(model, task, text)),
    );
    expect(category).toMatchObject({
      label: 'security',
      decision: 'accepted',
      model: { name: 'support', hash: pack.manifest.hash },
    });
    expect(priority).toMatchObject({ label: 'urgent', model: { method: 'scorecard' } });
    expect(sentiment).toMatchObject({ model: { method: 'lexicon' } });
    expect(language).toMatchObject({ label: 'en', decision: 'accepted' });
    expect(reply).toMatchObject({ decision: 'accepted', text: expect.stringContaining('freeze') });
  });

  it('judges a text the same alone, in company, and again', async () => {
    const { examples } = await readDataset(join(shippedPacks, '../data/banking77/test.csv'));
    const texts = examples.filter((_, at) => at % 130 === 0).map(({ text }) => text);
    const together = await Promise.all(texts.map((text) => judge(model, 'category', text)));
    for (const [at, text] of texts.entries()) expect(await judge(model, 'category', text)).toEqual(together[at]);
  });

  it('keeps quiet about nine of ten texts that are about something else', async () => {
    const judgements = await Promise.all(offTopic.map((text) => judge(model, 'category', text)));
    const spoken = judgements.flatMap(({ decision, label }, at) =>
      decision === 'accepted' ? [`${label}: ${offTopic[at]}`] : [],
    );
    expect(spoken.length).toBeLessThanOrEqual(offTopic.length / 10);
  });

  it('abstains from a text in another language', async () => {
    const text = 'Guten Tag, ich kann mich nicht mehr anmelden, weil mein Passwort nicht funktioniert.';
    expect(await judge(model, 'category', text)).toMatchObject({
      decision: 'abstained',
      reason: expect.stringContaining('de'),
    });
    expect(await judge(model, 'language', text)).toMatchObject({ label: 'de' });
  });

  it('has an approved answer for every intent, of intents that it knows', async () => {
    const intents = new Set<string>();
    const { readFile } = await import('node:fs/promises');
    for (const line of (await readFile(join(packFolder, 'answers.jsonl'), 'utf8')).trim().split('\n')) {
      for (const intent of JSON.parse(line).intents) intents.add(intent);
    }
    expect([...intents].sort()).toEqual([...pack.manifest.intents].sort());
  });

  it('leaves the event loop free while it thinks', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const from = performance.now();
    await Promise.all(offTopic.map((text, at) => judge(model, 'category', `${text} ${at}`)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan((performance.now() - from) / 5 / 4);
  });

  it('rejects a task that it does not answer as a matter of configuration', async () => {
    await expect(judge(model, 'churn', 'text')).rejects.toMatchObject({
      code: 'X_MODEL_TASK_UNKNOWN',
      disposition: { kind: 'halt' },
    });
  });

  it('rejects with the reason of an aborted signal', async () => {
    const abort = new AbortController();
    const asked = judge(model, 'category', 'I lost my card', abort.signal);
    abort.abort(new Error('too late'));
    await expect(asked).rejects.toThrow('too late');
  });
});

describe('the shipped support pack, mode fast', () => {
  it("is right about 91 of 100 intents of Banking77's test file", async () => {
    const { sparseLog, argmax } = await import('../src/embedded/predict.ts');
    const [pack, { examples }] = await Promise.all([
      loadPack(packFolder),
      readDataset(join(shippedPacks, '../data/banking77/test.csv')),
    ]);
    const right = examples.filter(
      ({ text, label }) => pack.manifest.intents[argmax(sparseLog(text, pack.sparse))] === label,
    );
    expect(right.length / examples.length).toBeGreaterThan(0.91);
  });

  it('was trained on the training file beside it', async () => {
    const [pack, dataset] = await Promise.all([
      loadPack(packFolder),
      readDataset(join(shippedPacks, '../data/banking77/train.csv')),
    ]);
    expect(pack.manifest.data).toMatchObject({ sha256: dataset.sha256, rows: 10_003, licence: 'CC-BY-4.0' });
  });
});

describe('models of one pack', () => {
  it('have a text read once, whichever of them is asked', async () => {
    const models = await connectEmbeddedModels({
      packs: { support: packFolder },
      modes: ['fast'],
      workerFile: new URL('./fixtures/dying-worker.ts', import.meta.url),
    });
    try {
      const request = { parts: [{ name: 'text', text: 'lost card' }], facts: [], taxonomy: { labels: [] } };
      const answers = await Promise.all(
        ['category', 'priority'].map((task) => models.model('support', 'fast').judge({ ...request, task }, never)),
      );
      const questionsOfBatch = answers.map(({ reason }) => reason);
      expect(questionsOfBatch).toEqual(['1', '1']);
      expect(answers.map(({ model }) => model.name)).toEqual(['category', 'priority']);
    } finally {
      await models.close();
    }
  });
});
