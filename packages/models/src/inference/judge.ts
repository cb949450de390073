import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, halt } from '@millrace/messaging';
import type { z } from 'zod';
import { loadPack, type Pack } from '../embedded/pack.ts';
import type { Judgement, ModelIdentity, Taxonomy } from '../model.ts';
import { judgeCategory } from '../tasks/category.ts';
import { judgeLanguage } from '../tasks/language.ts';
import { judgePriority, type Scorecard, scorecard } from '../tasks/priority.ts';
import { outsideTaxonomy, type Reading, stamped, type Verdict } from '../tasks/reading.ts';
import { type ApprovedAnswer, approvedAnswer, judgeReply } from '../tasks/reply.ts';
import { judgeSentiment } from '../tasks/sentiment.ts';

/** A pack folder with everything that judges beside the weights. */
export interface PackFolder {
  readonly pack: Pack;
  /** Absent: the pack has no `priority.json` and the task is not answered. */
  readonly card: Hashed<Scorecard> | null;
  /** Absent: the pack has no `answers.jsonl`. */
  readonly answers: Hashed<readonly ApprovedAnswer[]> | null;
}

interface Hashed<T> {
  readonly value: T;
  /** Of the weights and this file: both decide. */
  readonly hash: string;
}

export async function loadPackFolder(folder: string): Promise<PackFolder> {
  const [pack, card, answers] = await Promise.all([
    loadPack(folder),
    readOptional(folder, 'priority.json'),
    readOptional(folder, 'answers.jsonl'),
  ]);
  const lines = answers?.value.split('\n').filter((line) => line.trim() !== '');
  return {
    pack,
    card: card && {
      hash: combined(pack.manifest.hash, card.hash),
      value: parse(scorecard, card.value, folder, 'priority.json'),
    },
    answers: answers && {
      hash: combined(pack.manifest.hash, answers.hash),
      value: (lines ?? []).map((line) => parse(approvedAnswer, line, folder, 'answers.jsonl')),
    },
  };
}

/** The tasks a folder can answer, in a fixed order. */
export function tasksOf({ pack, card, answers }: PackFolder): readonly string[] {
  const own = [pack.manifest.task, 'sentiment', 'language'];
  return [...own, ...(card === null ? [] : ['priority']), ...(answers === null ? [] : ['reply'])];
}

/** One task on one reading. Pure and total for the tasks of `tasksOf`. */
export function judge(folder: PackFolder, reading: Reading, task: string, taxonomy: Taxonomy): Judgement {
  const { pack, card, answers } = folder;
  const { manifest } = pack;
  switch (task) {
    case manifest.task:
      return stamped(judgeCategory(reading, manifest, taxonomy), identity(folder, manifest.hash, reading.mode));
    case 'sentiment':
      return stamped(inTaxonomy(judgeSentiment(reading), taxonomy), lexicon);
    case 'language':
      return stamped(inTaxonomy(judgeLanguage(reading), taxonomy), detector);
    case 'priority':
      if (card !== null) {
        const verdict = inTaxonomy(judgePriority(reading, card.value, manifest), taxonomy);
        return stamped(verdict, identity(folder, card.hash, 'scorecard', card.value.version));
      }
      break;
    case 'reply':
      if (answers !== null) {
        return stamped(judgeReply(reading, answers.value, manifest), identity(folder, answers.hash, 'retrieval'));
      }
  }
  throw new CodedError(
    'X_MODEL_TASK_UNKNOWN',
    `the pack ${manifest.name} answers ${tasksOf(folder).join(', ')}, not ${task}`,
    {
      disposition: halt,
    },
  );
}

const lexicon: ModelIdentity = library('wink-eng-lite-web-model', '1.8.1', 'lexicon');
const detector: ModelIdentity = library('eld-small', '2.1.0', 'n-grams');

function library(name: string, version: string, method: string): ModelIdentity {
  return { name, version, hash: sha256(`${name}@${version}`), method };
}

function identity(
  { pack }: PackFolder,
  hash: string,
  method: string,
  version: string = pack.manifest.version,
): ModelIdentity {
  return { name: pack.manifest.name, version, hash, method };
}

function inTaxonomy(verdict: Verdict, { labels }: Taxonomy): Verdict {
  if (verdict.label === null || labels.length === 0 || labels.includes(verdict.label)) return verdict;
  return outsideTaxonomy(verdict);
}

function combined(...hashes: readonly string[]): string {
  return sha256(hashes.join(' '));
}

async function readOptional(folder: string, file: string): Promise<Hashed<string> | null> {
  try {
    const value = await readFile(join(folder, file), 'utf8');
    return { value, hash: sha256(value) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function parse<T>(type: z.ZodType<T>, text: string, folder: string, file: string): T {
  try {
    return type.parse(JSON.parse(text));
  } catch (cause) {
    throw new CodedError('X_MODEL_PACK_INVALID', `${file} in ${folder} is not what this version reads`, {
      disposition: halt,
      cause,
    });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
