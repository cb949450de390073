import { workerData } from 'node:worker_threads';
import { judge, loadPackFolder, type PackFolder, tasksOf } from './judge.ts';
import type { Answer, Question, WorkerSettings } from './question.ts';
import { createReader } from './reader.ts';

/** The thread that thinks: loads its packs once, then answers batches. Everything slow of a judgement happens here. */
type AnswerAll = (questions: readonly Question[]) => Promise<readonly Answer[]>;

async function open({ packs, hasEncoder }: WorkerSettings): Promise<AnswerAll> {
  const folders = new Map<string, PackFolder>();
  for (const [name, folder] of Object.entries(packs)) folders.set(name, await loadPackFolder(folder));
  const read = await createReader(new Map([...folders].map(([name, { pack }]) => [name, pack])), { hasEncoder });
  const answerAll: AnswerAll = async (questions) => {
    const readings = await read(questions);
    return questions.map(({ pack, tasks }, at) => {
      const reading = readings[at];
      const folder = folders.get(pack);
      if (reading === undefined || folder === undefined) throw new RangeError(`no reading ${at} by ${pack}`);
      return tasks.map(({ task, taxonomy }) => judge(folder, reading, task, taxonomy));
    });
  };
  // The first reading fills the encoder's buffers and the language tables, which takes a second: no message waits for it.
  for (const [pack, folder] of folders) await answerAll([firstQuestion(pack, folder, hasEncoder)]);
  return answerAll;
}

const firstQuestion = (pack: string, folder: PackFolder, hasEncoder: boolean): Question => ({
  pack,
  mode: hasEncoder ? 'full' : 'fast',
  text: 'Where is my card? I ordered it two weeks ago, and it has not arrived yet.',
  facts: [],
  tasks: tasksOf(folder).map((task) => ({ task, taxonomy: { labels: [] } })),
});

const answerAll: AnswerAll = await open((workerData as { settings: WorkerSettings }).settings);

export default answerAll;
