import { describe, expect, it } from '@jest/globals';
import { javaMajor, missingSentence } from '../machine.mjs';

describe('what a machine lacks', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['The operation couldn’t be completed.', undefined],
  ])('reads %j as Java %s', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });

  it('is nothing with Java and Maven', () => {
    expect(missingSentence({ java: 17, hasJava: true, hasMaven: true })).toBeUndefined();
  });

  it('is one sentence with the command that installs it', () => {
    expect(missingSentence({ java: undefined, hasJava: false, hasMaven: false }, 'linux')).toBe(
      'Millrace needs Java 17 or newer and Maven to run Kafka here, or Docker; install with: apt-get install default-jre-headless maven',
    );
    expect(missingSentence({ java: 11, hasJava: false, hasMaven: true }, 'linux')).toBe(
      'Millrace needs Java 17 or newer (here is 11) to run Kafka here, or Docker; install with: apt-get install default-jre-headless',
    );
    expect(missingSentence({ java: 21, hasJava: true, hasMaven: false }, 'darwin')).toBe(
      'Millrace needs Maven to run Kafka here, or Docker; install with: brew install maven',
    );
  });
});
