import { decodeHTMLStrict } from 'entities';
import { createElementStack } from '../markup/element-stack.ts';
import { isHidden } from '../markup/hidden.ts';
import { type MarkupToken, markupTokens } from '../markup/markup-tokens.ts';
import type { Line, LinePart } from './line.ts';

/**
 * What a person would see of a text, line by line: a plain message as it stands, with its entities read; HTML without
 * tags, style sheets, scripts and hidden elements. What mail programs mark as quoted or as a signature is marked.
 */
export function visibleLines(text: string): readonly Line[] {
  if (!text.includes('<')) return plainLines(text);
  const tokens = markupTokens(text);
  return isMarkup(tokens) ? renderedLines(text, tokens) : plainLines(text);
}

function plainLines(text: string): readonly Line[] {
  // Only entities that end as they should: `&copy` in an address is not a sign.
  return decodeHTMLStrict(text)
    .split(/\r\n?|\n/)
    .map((line) => ({ text: line, part: 'said' }));
}

/** What HTML is when it comes by mail; whatever else stands in angle brackets is text. */
const inlineElements: ReadonlySet<string> = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike strong sub sup time tt u var wbr img'.split(
    ' ',
  ),
);
const leftOut: ReadonlySet<string> = new Set(
  'head title style script noscript template svg math object applet audio video canvas iframe select option datalist map xml textarea'.split(
    ' ',
  ),
);
const blocks: ReadonlySet<string> = new Set(
  'address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
const cells: ReadonlySet<string> = new Set(['td', 'th', 'col', 'colgroup', 'input', 'button', 'link', 'meta', 'base']);

function isElement(name: string): boolean {
  if (inlineElements.has(name) || leftOut.has(name) || blocks.has(name) || cells.has(name)) return true;
  return /^[a-z][a-z0-9]{0,30}[:-][a-z0-9:-]{1,60}$/.test(name);
}

function isMarkup(tokens: readonly MarkupToken[]): boolean {
  return tokens.some((token) => {
    if (token.kind === 'close') return isElement(token.name);
    return token.kind === 'open' && (token.name === 'br' || token.name === 'html' || token.name === 'body');
  });
}

/** A whole document, in which line breaks are blanks; a message with a tag here and there keeps its own lines. */
function isDocument(text: string, tokens: readonly MarkupToken[]): boolean {
  const first = tokens.find(({ kind, start, end }) => kind !== 'text' || text.slice(start, end).trim() !== '');
  if (first?.kind === 'open') return blocks.has(first.name) || leftOut.has(first.name) || first.name === 'meta';
  return first?.kind === 'comment';
}

type Role = 'leftOut' | 'preformatted' | 'quoted' | 'signature';

function renderedLines(text: string, tokens: readonly MarkupToken[]): readonly Line[] {
  const elements = createElementStack<Role>();
  const isFlowing = isDocument(text, tokens);
  const lines: Line[] = [];
  let line = '';
  let part: LinePart = 'said';
  let isAllQuoted = false;

  const endLine = (): void => {
    lines.push({ text: line, part });
    line = '';
  };
  const say = (said: string): void => {
    if (elements.isInside('leftOut')) return;
    const [first = '', ...more] = isFlowing && !elements.isInside('preformatted') ? [said] : said.split('\n');
    line += isFlowing ? first.replaceAll('\n', ' ') : first;
    for (const next of more) {
      endLine();
      line += next;
    }
  };
  /** Lines are broken where the words become another's, too. */
  const settle = (): void => {
    const now = partOf(elements, isAllQuoted);
    if (now === part) return;
    if (line.trim() !== '') endLine();
    part = now;
  };

  for (const token of tokens) {
    switch (token.kind) {
      case 'text':
        say(text.slice(token.start, token.end));
        break;
      case 'character':
        say(token.character);
        break;
      case 'comment':
        say(' ');
        break;
      case 'open':
      case 'close':
        if (!isElement(token.name)) {
          say(text.slice(token.start, token.end));
          break;
        }
        if (blocks.has(token.name) && (line.trim() !== '' || token.name === 'br')) endLine();
        else if (cells.has(token.name)) line += ' ';
        if (token.kind === 'close') elements.close(token.name);
        else {
          elements.open(token.name, roleOf(token.name, token.attributes));
          isAllQuoted ||= isEndOfOwn(token.attributes);
        }
        settle();
    }
  }
  endLine();
  return lines;
}

function partOf(elements: { isInside(role: Role): boolean }, isAllQuoted: boolean): LinePart {
  if (isAllQuoted || elements.isInside('quoted')) return 'quoted';
  return elements.isInside('signature') ? 'signature' : 'said';
}

function roleOf(name: string, attributes: ReadonlyMap<string, string>): Role | null {
  if (leftOut.has(name) || isHidden(attributes)) return 'leftOut';
  if (name === 'blockquote' || hasName(attributes, quotedNames)) return 'quoted';
  if (hasName(attributes, signatureNames) || attributes.get('data-smartmail') === 'gmail_signature') return 'signature';
  return name === 'pre' ? 'preformatted' : null;
}

/** Class names and ids by which mail programs mark what they quote. Outlook puts an `x_` before those of others. */
const quotedNames: ReadonlySet<string> = new Set([
  'gmail_quote',
  'gmail_quote_container',
  'gmail_attr',
  'yahoo_quoted',
  'moz-cite-prefix',
  'moz-forward-container',
  'moz-email-headers-table',
  'protonmail_quote',
  'tutanota_quote',
  'zmail_extra',
  'zendesk_quote',
  'freshdesk_quote',
  'front-blockquote',
  'hey_quote',
  'olk_src_body_section',
  'isforwardcontent',
  'isreplycontent',
  'mail-editor-reference-message-container',
]);
const signatureNames: ReadonlySet<string> = new Set([
  'gmail_signature',
  'gmail_signature_prefix',
  'moz-signature',
  'signature',
  'applemailsignature',
  'protonmail_signature_block',
  'ms-outlook-mobile-signature',
  'ms-outlook-ios-signature',
]);
/** Outlook's: everything behind them is the mail that is answered. */
const endOfOwnNames: ReadonlySet<string> = new Set([
  'divrplyfwdmsg',
  'outlookmessageheader',
  'stopspelling',
  'appendonsend',
]);

function isEndOfOwn(attributes: ReadonlyMap<string, string>): boolean {
  return hasName(attributes, endOfOwnNames);
}

function hasName(attributes: ReadonlyMap<string, string>, names: ReadonlySet<string>): boolean {
  const given = `${attributes.get('class') ?? ''} ${attributes.get('id') ?? ''}`.trim();
  return (
    given !== '' &&
    given
      .toLowerCase()
      .split(/\s+/)
      .some((name) => names.has(name.replace(/^(?:x_){1,9}/, '')))
  );
}
