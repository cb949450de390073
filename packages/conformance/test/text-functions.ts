import { readInstant } from '@millrace/contracts';
import { childTraceparent, headerNumber, headerTime, redactMessage } from '@millrace/messaging';
import {
  cut,
  cutMiddle,
  destinations,
  escapedJson,
  escapedLine,
  escapedLines,
  fitId,
  fitText,
  fitValue,
  headerValue,
  withoutControls,
} from '@millrace/text';
import { hostileRun } from '../src/hostile-texts.ts';
import type { TextFunction } from '../src/text-cost.ts';

const aValue = 'the body cap of its source';
const aHeader = "Kafka: a record's size";
const flags = hostileRun('🇩🇪');

/** What reads strangers' text in the packages that this one needs itself, and that cannot need it. */
export const textFunctions: readonly TextFunction[] = [
  { name: 'readInstant', bound: aValue, run: readInstant, texts: [hostileRun('2025-03-04T09:12:00.1')] },
  { name: 'redactMessage', bound: 'itself: 2,048 characters', run: redactMessage, texts: [hostileRun('eyJ-')] },
  { name: 'childTraceparent', bound: aHeader, run: (text) => childTraceparent(text, 'a') },
  { name: 'headerNumber', bound: aHeader, run: (text) => headerNumber([['a', Buffer.from(text)]], 'a') },
  { name: 'headerTime', bound: aHeader, run: (text) => headerTime([['a', Buffer.from(text)]], 'a') },
  { name: 'cut', bound: aValue, run: (text) => cut(text, text.length / 2), texts: [flags] },
  {
    name: 'cutMiddle',
    bound: aValue,
    run: (text) => cutMiddle(text, text.length / 2, { gap: '…', head: 0.5 }),
    texts: [flags],
  },
  { name: 'escapedLine', bound: aValue, run: escapedLine },
  { name: 'escapedLines', bound: aValue, run: escapedLines },
  { name: 'escapedJson', bound: aValue, run: (text) => escapedJson(text) },
  { name: 'withoutControls', bound: aValue, run: withoutControls },
  { name: 'fitId', bound: aValue, run: (text) => fitId(text) },
  { name: 'fitText', bound: aValue, run: (text) => fitText(text, destinations.deadLetterMessage), texts: [flags] },
  { name: 'fitValue', bound: aValue, run: (text) => fitValue({ [text]: [text] }, destinations.postgres) },
  { name: 'headerValue', bound: aHeader, run: headerValue },
];
