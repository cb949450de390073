// Texts per second of the shipped pack through one worker, by mode: node scripts/throughput.ts [seconds per figure]
import { join } from 'node:path';
import { connectEmbeddedModels } from '../src/embedded-models.ts';
import type { ClassifyMode } from '../src/model.ts';
import { shippedPacks } from '../src/shipped-packs.ts';
import { supportTexts } from '../src/testing/support-texts.ts';

const seconds = Number(process.argv[2] ?? 4);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { questions: short, tickets: long } = await supportTexts();
const signal = new AbortController().signal;
const tasks = {
  'category alone': ['category'],
  'all five tasks': ['category', 'priority', 'sentiment', 'language', 'reply'],
};
/** As many as a pipeline keeps in flight. */
const inFlight = 256;

say('| mode | texts | tasks | texts/s | CPU s per 1,000 | RSS MB |\n|---|---|---|---|---|---|');
for (const mode of ['fast', 'cascade', 'full'] as const satisfies readonly ClassifyMode[]) {
  const models = await connectEmbeddedModels({ packs: { support: join(shippedPacks, 'support') }, modes: [mode] });
  const model = models.model('support', mode);
  for (const [length, texts] of Object.entries({ 'short (60 characters)': short, 'ticket (300 characters)': long })) {
    for (const [name, asked] of Object.entries(tasks)) {
      let next = 0;
      const began = performance.now();
      const cpu = process.cpuUsage();
      const client = async (): Promise<void> => {
        while (performance.now() - began < seconds * 1_000) {
          const text = texts[next++ % texts.length] ?? '';
          const request = { parts: [{ name: 'text', text }], facts: [], taxonomy: { labels: [] } };
          await Promise.all(asked.map((task) => model.judge({ ...request, task }, signal)));
        }
      };
      await Promise.all(Array.from({ length: inFlight }, client));
      const took = (performance.now() - began) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      const cells = [
        mode,
        length,
        name,
        Math.round(next / took),
        ((user + system) / 1_000 / next).toFixed(2),
        Math.round(process.memoryUsage().rss / 1e6),
      ];
      say(`| ${cells.join(' | ')} |`);
    }
  }
  await models.close();
}
