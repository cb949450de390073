import { workerData } from 'node:worker_threads';
import { judge, loadPackFolder } from './judge.ts';
import type { Answer, Question, WorkerSettings } from './question.ts';
import { createReader } from './reader.ts';

/** The thread that thinks: loads a pack once, then answers batches. Everything slow of a judgement happens here. */
type AnswerAll = (questions: readonly Question[]) => Promise<readonly Answer[]>;

async function open({ packFolder, mode }: WorkerSettings): Promise<AnswerAll> {
  const folder = await loadPackFolder(packFolder);
  const read = await createReader(folder.pack, mode);
  return async (questions) => {
    const readings = await read(questions);
    return questions.map(({ tasks }, at) => {
      const reading = readings[at];
      if (reading === undefined) throw new RangeError(`no reading ${at}`);
      return tasks.map(({ task, taxonomy }) => judge(folder, reading, task, taxonomy));
    });
  };
}

const answerAll: AnswerAll = await open((workerData as { settings: WorkerSettings }).settings);

export default answerAll;
