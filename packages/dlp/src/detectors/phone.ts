import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Detection, Detector } from '../detection.ts';

/** Where a number without a country code may be from; the order does not matter. */
const regions: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'AU',
  'IN',
  'BR',
  'SE',
  'CH',
  'AT',
  'BE',
  'DK',
  'NO',
  'PL',
  'IE',
  'CA',
  'ZA',
];

// Groups of digits with at most two characters between them; bounded, and a date or a version has other characters.
const shape =
  /(?<![\p{L}\p{N}_#$€£/.:=-])(?:\+|00)?\(?\d{1,5}\)?(?:[ .\-/]{0,2}\(?\d{1,8}\)?){0,6}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\p{L}\p{N}_%€£])/giu;

const before =
  /(?:phone|call|calling|dial|tel|telephone|mobile|mob|cell|fax|whatsapp|sms|text|reach|contact|ring|answering|registered|desk|office|number|telefon|handy|anruf|rufnummer|téléphone|teléfono|móvil|cellulare|telefono)\b[^\n]{0,24}\n?[^\n]{0,2}$/iu;
const after = /^[^\n]{0,16}\b(?:phone|mobile|cell|fax|tel|office|desk|home|work|call me|whatsapp)\b/iu;
const otherNumber =
  /(?:order|invoice|ticket|case|ref|reference|tracking|parcel|customer|serial|version|account|acct|iban|card|zip|postcode|postal|id|no|isbn|vat|ssn|passport|licen[cs]e|amount|total|room|apt|suite|flat|box|street|road|page)\b[.:#\s]{0,4}(?:(?:no\.?|number|nr\.?|is|#|:)\s{0,2}){0,3}$/iu;
const date = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?=$|\s)/;
const socialSecurity = /^\d{3}-\d{2}-\d{4}$/;
const dottedAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/;

const fewestDigits = 7;
const mostDigits = 15;
const lastGroup = /[ .\-/()]*[^ .\-/()]+\)?$/;

/** Phone numbers by shape, numbering plan and the words around them. */
export const detectPhones: Detector = (text) => {
  const found: Detection[] = [];
  const scan = new RegExp(shape);
  const plans = createPlans();
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    const detection = surestPrefix(text, match.index, match[0].trimEnd(), plans);
    if (detection === null) continue;
    found.push(detection);
    scan.lastIndex = detection.end;
  }
  return found;
};

/** Another number may follow (`+1 415 555 0132 12`), so groups are left off at the end until what remains is one. */
function surestPrefix(text: string, start: number, candidate: string, plans: Plans): Detection | null {
  if (date.test(candidate) || socialSecurity.test(candidate) || dottedAddress.test(candidate)) return null;
  let best: Detection | null = null;
  for (let rest = candidate; rest !== ''; rest = rest.replace(lastGroup, '')) {
    const digits = digitsOf(rest);
    if (digits.length < fewestDigits) break;
    if (digits.length > mostDigits) continue;
    const end = start + rest.length;
    const around = { left: text.slice(Math.max(0, start - 48), start), right: text.slice(end, end + 32) };
    const score = scoreOf(rest, digits, around, plans);
    if (best === null || score > best.score) best = { kind: 'PHONE', start, end, score };
  }
  return best;
}

function digitsOf(candidate: string): string {
  return candidate.replace(/(?:x|ext).*$/i, '').replace(/\D/g, '');
}

function scoreOf(
  candidate: string,
  digits: string,
  { left, right }: { readonly left: string; readonly right: string },
  plans: Plans,
): number {
  const hasContext = before.test(left) || after.test(right);
  if (/^(?:\+|00)/.test(candidate)) return plans.isInternational(candidate) ? 0.9 : hasContext ? 0.6 : 0.3;
  if (otherNumber.test(left) && !hasPhoneWordLast(left)) return 0.1;
  const hasShape = isShaped(candidate, digits);
  // Neither a word nor a shape: no plan could lift it over the least score.
  if (!hasContext && !hasShape) return 0.1;
  const base = plans.isNational(candidate) ? 0.35 : 0.1;
  return Math.min(0.85, base + (hasShape ? 0.2 : 0) + (hasContext ? 0.35 : 0));
}

/** Numbering plans, asked a bounded number of times per text. */
interface Plans {
  isInternational(candidate: string): boolean;
  isNational(candidate: string): boolean;
}

/** A text full of numbers would take seconds; past the bound every candidate counts as valid, so more is masked, never less. */
const mostQuestions = 1_000;

function createPlans(): Plans {
  let questions = 0;
  const isValid = (candidate: string, region?: CountryCode): boolean =>
    ++questions > mostQuestions || (parsePhoneNumberFromString(candidate, region)?.isValid() ?? false);
  return {
    isInternational: (candidate) => isValid(candidate.replace(/^00/, '+')),
    isNational: (candidate) => regions.some((region) => isValid(candidate, region)),
  };
}

function hasPhoneWordLast(left: string): boolean {
  return /(?:phone|mobile|cell|tel|telephone|fax|contact)\s*(?:no\.?|number|nr\.?|id)?[.:#\s]{0,4}(?:is|:)?\s*$/iu.test(
    left,
  );
}

/** Written as people write phone numbers: an area code in brackets, or three and more groups. */
function isShaped(candidate: string, digits: string): boolean {
  const groups = candidate.split(/[ .\-/()]+/).filter((group) => group !== '');
  return (
    /^\(\d{2,5}\)/.test(candidate) ||
    (groups.length >= 3 && digits.length >= 9 && groups.every((group) => group.length >= 2))
  );
}
