import type { Takes } from '@millrace/text';

// Slack says "characters" and not which: UTF-16 units are the most that a text can count, so what fits by them fits.
const atMost = (count: number): Takes => ({ nul: false, controls: 'replaced', most: { count, measure: 'utf16' } });

/** What Slack takes of a text, by where it stands in a message. */
export const slackTakes: Readonly<Record<'header' | 'field' | 'section' | 'text', Takes>> = {
  header: atMost(150),
  field: atMost(2_000),
  section: atMost(3_000),
  text: atMost(40_000),
};
