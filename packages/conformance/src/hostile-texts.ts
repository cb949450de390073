/** A text of a wanted length that costs a careless reader more than its length. */
export interface HostileText {
  readonly name: string;
  readonly make: (length: number) => string;
}

/** Pieces that, one after another, start what never ends: the usual way to make a reader look for the same end again and again. */
const repeated: readonly string[] = [
  ' ',
  '\t ',
  '\n',
  '\r\n',
  ' \n',
  'a',
  'A',
  '1',
  '1 ',
  '(1',
  '-',
  '.',
  ',',
  ';',
  ':',
  '=',
  '&',
  '%',
  '/',
  '\\',
  '"',
  "'",
  '\\"',
  '>',
  '> ',
  '<',
  '</',
  '<a',
  '<a ',
  '<a href="',
  '<a></b>',
  '</a>',
  '<p><div>',
  '<p style="display:none">',
  '<a style="font-size:0',
  '<script>',
  '<title>',
  '<blockquote>',
  '<!-- ',
  '<!-->',
  '&amp',
  '&#',
  '&#x41',
  'a@',
  'a.',
  '@a.',
  'a@b.co ',
  'http://',
  'www.a.',
  'DE89 ',
  'DE89370400440532013000 ',
  '4111 1111 1111 1111 ',
  '+49 30 901820 ',
  '+1-',
  'phone number ',
  'On ',
  'On Mon, Jo wrote:\n',
  '> On Mon, Jo wrote:\n',
  'From: a\n',
  'Von: a\nGesendet: b\n',
  '-----Original Message-----\n',
  '-- \n',
  '--\n',
  '____',
  'Mit freundlichen Grüßen\n',
  'This e-mail is confidential. ',
  '[',
  '[[',
  '{"a":',
  '{',
  ']',
  '}',
  '\\u0000',
  '\u0000',
  '\u200B',
  '\u001B[',
  '\u0301',
  'a\u0301\u0323',
  '\uFDFA',
  'ﬁ',
  '\uD800',
  '😀',
  '👨‍👩‍👧',
  'ß',
  'İ',
  '你好',
  'a=b&',
  'a;b="',
  't=1,v1=a,',
  '${',
  '$(',
];

/** Of one million characters and any less; each asks for the same work at every place. */
export const hostileTexts: readonly HostileText[] = [
  ...repeated.map((piece) => hostileRun(piece)),
  { name: 'one word, then nothing that fits', make: (length) => `${'a'.repeat(length - 1)}!` },
  { name: 'one number, then a letter', make: (length) => `${'1'.repeat(length - 1)}x` },
  { name: 'blanks, then a letter', make: (length) => `${' '.repeat(length - 1)}x` },
  { name: 'brackets that open, then close', make: (length) => nested(length, '[', ']') },
  { name: 'objects that open, then close', make: (length) => nested(length, '{"a":', '}') },
  { name: 'elements that open, then close', make: (length) => nested(length, '<b>', '</b>') },
];

/** One piece over and over. */
export function hostileRun(piece: string): HostileText {
  return {
    name: JSON.stringify(piece),
    make: (length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length),
  };
}

function nested(length: number, open: string, close: string): string {
  const depth = Math.floor(length / (open.length + close.length));
  return open.repeat(depth) + close.repeat(depth);
}
