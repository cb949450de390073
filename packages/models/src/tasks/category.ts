import type { PackManifest } from '../embedded/manifest.ts';
import { argmax } from '../embedded/predict.ts';
import { queueMass } from '../embedded/queue-mass.ts';
import type { Contribution, Taxonomy } from '../model.ts';
import {
  abstained,
  accepted,
  hasWords,
  outsideTaxonomy,
  type Reading,
  round,
  strongest,
  type Verdict,
} from './reading.ts';

/**
 * The queue a text belongs to. Its label is the queue, because that is what people route by; the intents behind it
 * are the contributions (`intent:card_arrival` with its probability), most probable first.
 */
export function judgeCategory(reading: Reading, manifest: PackManifest, taxonomy: Taxonomy): Verdict {
  if (!hasWords(reading.text)) return abstained('the text has no words');
  const contributions = topIntents(reading, manifest);
  const foreign = foreignLanguage(reading, manifest);
  if (foreign !== null) return abstained(foreign, { contributions });
  const [top] = queueMass(reading.intents, manifest);
  const guess = accepted(top.label, top.probability, { contributions });
  const threshold = manifest.thresholds[top.label] ?? 1;
  if (taxonomy.labels.length > 0 && !taxonomy.labels.includes(top.label)) {
    return outsideTaxonomy(guess);
  }
  const surest = round(reading.intents[argmax(reading.intents)] ?? 0);
  if (surest < manifest.leastIntent) {
    return {
      ...guess,
      decision: 'abstained',
      reason: `no single intent reaches ${manifest.leastIntent}: it may be about something else`,
    };
  }
  if (guess.confidence < threshold) {
    return { ...guess, decision: 'abstained', reason: `confidence is below the label's threshold of ${threshold}` };
  }
  return guess;
}

/** Why the pack should not speak about this text, or null. Short texts have no reliable language and pass. */
export function foreignLanguage(reading: Reading, manifest: PackManifest): string | null {
  const { code, isReliable } = reading.language;
  if (!isReliable || code === 'und' || code === manifest.language) return null;
  return `the text is in ${code}, the pack was trained on ${manifest.language}`;
}

export function topIntents(reading: Reading, manifest: PackManifest, count = 3): readonly Contribution[] {
  return strongest(
    manifest.intents.map((intent, at) => ({ feature: `intent:${intent}`, weight: reading.intents[at] ?? 0 })),
    count,
  );
}
