import { z } from 'zod';
import { words } from '../embedded/features.ts';
import type { PackManifest } from '../embedded/manifest.ts';
import { foreignLanguage, topIntents } from './category.ts';
import { abstained, accepted, hasWords, type Reading, round, type Verdict } from './reading.ts';

/** An answer that people approved. A reply is one of these, word for word, or none. */
export interface ApprovedAnswer {
  readonly id: string;
  /** What it answers, by the pack's intents. */
  readonly intents: readonly string[];
  /** How a customer would ask for it; decides between answers of one intent. */
  readonly question: string;
  readonly answer: string;
}

export const approvedAnswer: z.ZodType<ApprovedAnswer> = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  intents: z.array(z.string()).min(1),
  question: z.string().min(1),
  answer: z.string().min(1),
});

/** Below this an answer would too often answer another question. */
const leastConfidence = 0.5;

/**
 * The nearest approved answer: among those of the probable intents the one whose question shares most words with the text.
 * Its confidence is how probable its intents are together.
 */
export function judgeReply(reading: Reading, answers: readonly ApprovedAnswer[], manifest: PackManifest): Verdict {
  if (!hasWords(reading.text)) return abstained('the text has no words');
  const foreign = foreignLanguage(reading, manifest);
  if (foreign !== null) return abstained(foreign);
  const best = nearest(reading, answers, manifest);
  if (best === undefined) return abstained('there is no approved answer for what this may be about');
  const contributions = [
    ...topIntents(reading, manifest, 2),
    { feature: 'similarity', weight: round(best.similarity) },
  ];
  if (best.mass < leastConfidence) {
    return abstained(`no approved answer is likely enough (least ${leastConfidence})`, {
      label: best.answer.id,
      confidence: round(best.mass),
      contributions,
    });
  }
  return accepted(best.answer.id, best.mass, { text: best.answer.answer, contributions });
}

interface Candidate {
  readonly answer: ApprovedAnswer;
  readonly mass: number;
  readonly similarity: number;
}

function nearest(reading: Reading, answers: readonly ApprovedAnswer[], manifest: PackManifest): Candidate | undefined {
  const masses = answers.map((answer) => massOf(answer, reading, manifest));
  const mass = Math.max(0, ...masses);
  if (mass === 0) return undefined;
  const asked = new Set(words(reading.text));
  return answers
    .filter((_, at) => masses[at] === mass)
    .map((answer) => ({ answer, mass, similarity: similarity(asked, wordsAsked(answer)) }))
    .sort((a, b) => b.similarity - a.similarity || (a.answer.id < b.answer.id ? -1 : 1))[0];
}

/** Rounded, so that answers of the same intents are equal and their similarity decides. */
function massOf(answer: ApprovedAnswer, reading: Reading, manifest: PackManifest): number {
  const mass = places(answer, manifest).reduce((sum, at) => sum + (reading.intents[at] ?? 0), 0);
  return round(mass);
}

/** An answer's words and intents are the same for every text. */
const knownWords = new WeakMap<ApprovedAnswer, ReadonlySet<string>>();
const knownPlaces = new WeakMap<ApprovedAnswer, { readonly of: PackManifest; readonly at: readonly number[] }>();

function wordsAsked(answer: ApprovedAnswer): ReadonlySet<string> {
  let known = knownWords.get(answer);
  if (known === undefined) {
    known = new Set(words(answer.question));
    knownWords.set(answer, known);
  }
  return known;
}

function places(answer: ApprovedAnswer, manifest: PackManifest): readonly number[] {
  let known = knownPlaces.get(answer);
  if (known?.of !== manifest) {
    known = { of: manifest, at: answer.intents.map((intent) => manifest.intents.indexOf(intent)) };
    knownPlaces.set(answer, known);
  }
  return known.at;
}

/** Words in common over the geometric mean of both counts. */
function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common / Math.sqrt(a.size * b.size);
}
