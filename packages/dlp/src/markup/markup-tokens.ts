import { Tokenizer } from 'htmlparser2';

/** One piece of a text that may be HTML; `start` and `end` are places in it. Pieces come in order and never overlap. */
export type MarkupToken =
  | { readonly kind: 'text'; readonly start: number; readonly end: number }
  /** A character written as an entity. */
  | { readonly kind: 'character'; readonly start: number; readonly end: number; readonly character: string }
  | {
      readonly kind: 'open';
      readonly start: number;
      readonly end: number;
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'close'; readonly start: number; readonly end: number; readonly name: string }
  /** Comments, declarations and instructions. */
  | { readonly kind: 'comment'; readonly start: number; readonly end: number };

/**
 * Splits a text into text and markup. Pure, total, and linear in the text's length, whatever stands in it.
 * A tag that is never closed by `>` is text: in a plain message `<` is what people write for "less than".
 */
export function markupTokens(text: string): readonly MarkupToken[] {
  const tokens = read(text, 0, { hasRawText: true });
  const unclosed = unclosedRawText(tokens);
  if (unclosed < 0) return tokens;
  // A script element without an end would make text of all tags behind it, so they are read as if it were an ordinary one.
  const from = tokens[unclosed]?.end ?? text.length;
  return tokens.slice(0, unclosed + 1).concat(read(text, from, { hasRawText: false }));
}

/** Elements in which markup is text until their own end tag. */
export const rawTextElements: ReadonlySet<string> = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'plaintext',
]);

function unclosedRawText(tokens: readonly MarkupToken[]): number {
  const last = tokens.findLastIndex(({ kind }) => kind === 'open' || kind === 'close');
  const tag = tokens[last];
  return tag?.kind === 'open' && rawTextElements.has(tag.name) ? last : -1;
}

function read(text: string, from: number, { hasRawText }: { readonly hasRawText: boolean }): MarkupToken[] {
  const rest = text.slice(from);
  const tokens: MarkupToken[] = [];
  let done = 0;
  let opening = { start: 0, name: '', attributes: none };
  let attribute = '';
  let value: string[] = [];

  /** What the tokenizer passed over without a word (an unclosed tag) is text. */
  const reach = (start: number): void => {
    if (start > done) tokens.push({ kind: 'text', start: from + done, end: from + start });
    done = Math.max(done, start);
  };
  const push = (start: number, end: number, rest: Pushed): void => {
    reach(start);
    tokens.push({ ...rest, start: from + start, end: from + end } as MarkupToken);
    done = end;
  };
  const endOpening = (at: number): void => {
    const { start, name, attributes } = opening;
    push(start, at + 1, { kind: 'open', name, attributes });
  };
  const tokenizer = new Tokenizer(
    {},
    {
      isInForeignContext: () => !hasRawText,
      ontext: (_start, end) => reach(end),
      ontextentity: (codePoint, end) =>
        push(done, end, { kind: 'character', character: String.fromCodePoint(codePoint) }),
      onopentagname: (start, end) => {
        opening = { start: start - 1, name: rest.slice(start, end).toLowerCase(), attributes: none };
      },
      onattribname: (start, end) => {
        attribute = rest.slice(start, end).toLowerCase();
        value = [];
      },
      onattribdata: (start, end) => void value.push(rest.slice(start, end)),
      onattribentity: (codePoint) => void value.push(String.fromCodePoint(codePoint)),
      onattribend: () => {
        if (opening.attributes === none) opening.attributes = new Map();
        // The first of two attributes of one name counts.
        if (!opening.attributes.has(attribute)) opening.attributes.set(attribute, value.join(''));
      },
      onopentagend: endOpening,
      onselfclosingtag: endOpening,
      onclosetag: (start, end) => {
        const close = rest.indexOf('>', end);
        if (close >= 0) push(start - 2, close + 1, { kind: 'close', name: rest.slice(start, end).toLowerCase() });
      },
      oncomment: (_start, end) => push(done, Math.min(rest.length, end + 1), { kind: 'comment' }),
      ondeclaration: (_start, end) => push(done, end + 1, { kind: 'comment' }),
      oncdata: (_start, end) => reach(end),
      onprocessinginstruction: (_start, end) => reach(end),
      onend: () => reach(rest.length),
    },
  );
  tokenizer.write(rest);
  tokenizer.end();
  return tokens;
}

const none = new Map<string, string>();

type Pushed =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'comment' };
