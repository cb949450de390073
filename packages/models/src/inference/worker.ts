import { workerData } from 'node:worker_threads';
import { judge, loadPackFolder, type PackFolder } from './judge.ts';
import type { Answer, Question, WorkerSettings } from './question.ts';
import { createReader, type Reader } from './reader.ts';

/** The thread that thinks: loads its packs once, then answers batches. Everything slow of a judgement happens here. */
type AnswerAll = (questions: readonly Question[]) => Promise<readonly Answer[]>;

async function open({ packs, hasEncoder }: WorkerSettings): Promise<AnswerAll> {
  const folders = new Map<string, PackFolder>();
  for (const [name, folder] of Object.entries(packs)) folders.set(name, await loadPackFolder(folder));
  const read = await createReader(new Map([...folders].map(([name, { pack }]) => [name, pack])), { hasEncoder });
  await rehearse(read, [...folders.keys()], hasEncoder);
  return async (questions) => {
    const readings = await read(questions);
    return questions.map(({ pack, tasks }, at) => {
      const reading = readings[at];
      const folder = folders.get(pack);
      if (reading === undefined || folder === undefined) throw new RangeError(`no reading ${at} by ${pack}`);
      return tasks.map(({ task, taxonomy }) => judge(folder, reading, task, taxonomy));
    });
  };
}

const answerAll: AnswerAll = await open((workerData as { settings: WorkerSettings }).settings);

export default answerAll;

/** The first text through the encoder costs a hundred times the next: it is one of ours, before a message waits for it. */
async function rehearse(read: Reader, packs: readonly string[], hasEncoder: boolean): Promise<void> {
  const mode = hasEncoder ? 'full' : 'fast';
  const text = 'Hello, my card has not arrived and I would like to know when it will.';
  const readings = await read(
    packs.map((pack) => ({ pack, mode, text, facts: [], tasks: [{ task: 'category', taxonomy: { labels: [] } }] })),
  );
  for (const reading of readings) void [reading.language, reading.sentiment];
}
