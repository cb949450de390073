import { describe, expect, it } from '@jest/globals';
import { createPrinter } from '../src/printer.ts';

const printed = (isTTY: boolean): { readonly text: string } => {
  const written: string[] = [];
  const printer = createPrinter({ isTTY, columns: 60, write: (text) => written.push(String(text)) > 0 });
  const stranger = 'said \u001b]0;owned\u0007\u009b31m';
  printer.progress('kafka', stranger);
  printer.ready('kafka', stranger);
  printer.say(stranger);
  printer.live(`${stranger}${'👨‍👩‍👧‍👦'.repeat(20)}`);
  printer.end();
  return { text: written.join('') };
};

describe('the terminal of npm start', () => {
  it('shows what others wrote escaped', () => {
    expect(printed(false).text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(printed(false).text.split('\\u001b]0;owned\\u0007\\u009b31m')).toHaveLength(5);
    // Only what the printer itself writes steers a terminal.
    for (const steering of ['\u001b]', '\u0007', '\u009b']) expect(printed(true).text).not.toContain(steering);
  });

  it('cuts its live line between graphemes', () => {
    expect(printed(true).text).toMatch(/31m(👨‍👩‍👧‍👦)+\r/);
  });
});
