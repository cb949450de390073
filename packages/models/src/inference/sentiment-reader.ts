import winkModel from 'wink-eng-lite-web-model';
import winkNlp from 'wink-nlp';

/** Starting anew takes some 70 ms, which is a hundredth of a millisecond for each of them. */
const textsPerStart = 10_000;

/** No word of the lexicon is longer. */
const endless = /\S{41,}/g;
const blanks = /\s{2,}/g;

/**
 * What the library reads in linear time. Its tokenizer backtracks inside of what stands between two blanks, and over blanks:
 * 12 KB of `http://` took it 48 s.
 */
function readable(text: string): string {
  return text.replace(endless, ' ').replace(blanks, (run) => (run.includes('\n') ? '\n' : ' '));
}

/** -1 to 1; 0 for a text that says nothing. */
export type SentimentReader = (text: string) => number;

const startWink = (): SentimentReader => {
  const nlp = winkNlp(winkModel, ['sbd', 'negation', 'sentiment']);
  return (text) => {
    const score: unknown = nlp.readDoc(text).out(nlp.its.sentiment);
    return typeof score === 'number' ? score : 0;
  };
};

/**
 * The library keeps every word that is new to it for as long as it lives: customers' names and order numbers, more with
 * every text. So it is started anew after a while, and what it had kept is forgotten.
 */
export function createSentimentReader(
  start: () => SentimentReader = startWink,
  mostTexts: number = textsPerStart,
): SentimentReader {
  let read = start();
  let texts = 0;
  return (text) => {
    if (texts === mostTexts) {
      read = start();
      texts = 0;
    }
    texts += 1;
    return read(readable(text));
  };
}
