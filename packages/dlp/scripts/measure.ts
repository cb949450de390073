// Precision and recall per kind on a file in presidio-research's format: node scripts/measure.ts FILE [--errors]
import { readFileSync } from 'node:fs';
import { detect } from '../src/detect.ts';
import type { DataKind } from '../src/detection.ts';

interface Sentence {
  readonly full_text: string;
  readonly spans: readonly {
    readonly entity_type: string;
    readonly start_position: number;
    readonly end_position: number;
  }[];
}

const kinds: Readonly<Record<DataKind, string>> = {
  EMAIL: 'EMAIL_ADDRESS',
  CARD: 'CREDIT_CARD',
  IBAN: 'IBAN_CODE',
  PHONE: 'PHONE_NUMBER',
};
const [file, flag] = process.argv.slice(2);
const sentences = JSON.parse(readFileSync(file ?? '', 'utf8')) as readonly Sentence[];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say('| kind | gold | found | precision | recall |\n|---|---|---|---|---|');
for (const [kind, entity] of Object.entries(kinds)) {
  const tally = { gold: 0, found: 0, right: 0, hit: 0 };
  for (const { full_text: text, spans } of sentences) {
    const gold = spans.filter((span) => span.entity_type === entity);
    const found = detect(text).filter((finding) => finding.kind === kind);
    const overlaps = (a: { start: number; end: number }, b: Sentence['spans'][number]): boolean =>
      a.start < b.end_position && b.start_position < a.end;
    const wrong = found.filter((finding) => !gold.some((span) => overlaps(finding, span)));
    const missed = gold.filter((span) => !found.some((finding) => overlaps(finding, span)));
    tally.gold += gold.length;
    tally.found += found.length;
    tally.right += found.length - wrong.length;
    tally.hit += gold.length - missed.length;
    if (flag === '--errors') {
      for (const finding of wrong)
        say(`  ${kind} wrong: ${JSON.stringify(text.slice(Math.max(0, finding.start - 30), finding.end + 12))}`);
      for (const span of missed)
        say(
          `  ${kind} missed: ${JSON.stringify(text.slice(Math.max(0, span.start_position - 30), span.end_position + 8))}`,
        );
    }
  }
  say(
    `| ${kind} | ${tally.gold} | ${tally.found} | ${(tally.right / tally.found).toFixed(2)} | ${(tally.hit / tally.gold).toFixed(2)} |`,
  );
}
