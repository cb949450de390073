import type { Detector } from '../detection.ts';
import { digitRuns } from './digit-runs.ts';

interface Brand {
  readonly name: string;
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

/** First digits and lengths of the networks; a card of no network is not a card. */
const brands: readonly Brand[] = [
  { name: 'visa', prefix: /^4/, lengths: [13, 16, 19] },
  { name: 'mastercard', prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { name: 'amex', prefix: /^3[47]/, lengths: [15] },
  { name: 'discover', prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { name: 'diners', prefix: /^3(?:0[0-5]|09|[689])/, lengths: [14, 16, 19] },
  // JCB issues 3528 to 3589; the rest of 35 is nobody's, and a number there that passes Luhn is still better masked.
  { name: 'jcb', prefix: /^35/, lengths: [16, 17, 18, 19] },
  { name: 'jcb', prefix: /^(?:1800|2131)/, lengths: [15] },
  { name: 'unionpay', prefix: /^62/, lengths: [16, 17, 18, 19] },
  { name: 'maestro', prefix: /^(?:50|5[6-9]|6[1379])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

/** Card numbers: 12 to 19 digits of a known network whose Luhn digit is right. */
export const detectCards: Detector = (text) =>
  digitRuns(text, { separators: ' -', least: 12, most: 19 }, isCard).map(({ digits, start, end }) => ({
    kind: 'CARD',
    start,
    end,
    // Maestro's prefixes and lengths are so wide that one in ten long numbers would do.
    score: brandOf(digits)?.name === 'maestro' ? 0.7 : 0.9,
  }));

function isCard(digits: string): boolean {
  return brandOf(digits) !== undefined && passesLuhn(digits);
}

export function brandOf(digits: string): Brand | undefined {
  return brands.find(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
}

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
