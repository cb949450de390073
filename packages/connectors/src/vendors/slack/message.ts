import { fitText, fitValue, type Takes } from '@millrace/text';
import { z } from 'zod';
import type { Judgement, SinkDelivery } from '../../kit/sink.ts';
import { readMapped } from '../../kit/sink-answers.ts';
import { slackTakes } from './takes.ts';

/** The body of `chat.postMessage`, less the channel. */
export interface SlackMessage {
  /** What notifications and screen readers get. */
  readonly text: string;
  readonly blocks?: readonly object[];
  readonly metadata: {
    readonly event_type: 'millrace_delivery';
    readonly event_payload: Readonly<Record<string, string>>;
  };
  readonly unfurl_links: false;
}

/** A Block Kit block; what stands beside `type` depends on it. */
type Block = Readonly<Record<string, unknown>> & { readonly type: string };

const most = (count: number): Takes => ({ ...slackTakes.text, most: { count, measure: 'utf16' } });
/** Within what Slack documents for each, because it refuses about 13,200 over all blocks without documenting it. */
const takes = {
  header: slackTakes.header,
  title: most(1_000),
  key: most(300),
  field: most(1_000),
  body: most(2_900),
  text: most(3_000),
};

const mappedMessage = z.union([
  z
    .string()
    .min(1)
    .transform((text) => ({ text, blocks: undefined })),
  z.object({
    text: z.string().min(1),
    // JSONata makes one block of one match; a list is what Slack takes.
    blocks: z
      .preprocess(
        (given) =>
          Array.isArray(given) || typeof given !== 'object' || given === null ? (given ?? undefined) : [given],
        z
          .array(z.looseObject({ type: z.string() }))
          .max(50)
          .optional(),
      )
      .optional(),
  }),
]);

/** What one delivery says in a channel. Pure. The marker is how a probe finds it again. */
export function toMessage(delivery: SinkDelivery): SlackMessage {
  const own = readMapped(delivery.mapped, mappedMessage, () => ({
    text: headline(delivery),
    blocks: blocks(delivery),
  }));
  return {
    text: fitText(own.text, takes.text),
    ...(own.blocks === undefined ? {} : { blocks: own.blocks.map(fitBlock) }),
    metadata: {
      event_type: 'millrace_delivery',
      event_payload: {
        source_event_id: delivery.eventId,
        correlation_id: delivery.correlationid,
        entity_key: fitText(delivery.key, takes.title),
      },
    },
    unfurl_links: false,
  };
}

/** Slack reads three characters as markup; everything else of a stranger's text is harmless. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function headline(delivery: SinkDelivery): string {
  return `${fitMrkdwn(titleOf(delivery), takes.title)} (${fitMrkdwn(delivery.key, takes.key)})`;
}

function blocks(delivery: SinkDelivery): Block[] {
  const entity = delivery.value.entity as Readonly<Record<string, unknown>>;
  const body = textOf(entity['description']) ?? textOf(entity['body']) ?? textOf(entity['text']);
  const url = textOf(entity['url']);
  const fields = judgementsOf(delivery).map(({ task, judgement }) =>
    mrkdwn(`*${escapeMrkdwn(task)}*\n${verdict(judgement)}`),
  );
  const link = url !== null && URL.canParse(url) ? `<${escapeMrkdwn(new URL(url).href)}|Open>` : null;
  return [
    { type: 'header', text: { type: 'plain_text', text: fitText(titleOf(delivery), takes.header), emoji: false } },
    ...(body === null ? [] : [{ type: 'section', text: mrkdwn(fitMrkdwn(body, takes.body)) }]),
    ...(fields.length === 0 ? [] : [{ type: 'section', fields: fields.slice(0, 10) }]),
    {
      type: 'context',
      elements: [mrkdwn([`\`${fitMrkdwn(delivery.key, takes.key)}\``, ...(link === null ? [] : [link])].join(' · '))],
    },
  ];
}

function titleOf(delivery: SinkDelivery): string {
  const entity = delivery.value.entity as Readonly<Record<string, unknown>>;
  return textOf(entity['subject']) ?? textOf(entity['title']) ?? textOf(entity['name']) ?? delivery.key;
}

function judgementsOf(delivery: SinkDelivery): { readonly task: string; readonly judgement: Judgement }[] {
  return Object.entries(delivery.value.judgements ?? {})
    .filter(([, judgement]) => judgement.label !== null)
    .map(([task, judgement]) => ({ task, judgement }));
}

function verdict({ label, decision, confidence }: Judgement): string {
  const sureness = decision === 'accepted' ? `${Math.round(confidence * 100)} %` : 'not sure';
  return `${fitMrkdwn(label ?? '', takes.field)} (${sureness})`;
}

const mrkdwn = (text: string): { readonly type: 'mrkdwn'; readonly text: string } => ({ type: 'mrkdwn', text });

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** Escaped and within the limit. Cut before it is escaped, so that no entity is cut in two; the loop pays for text that is all markup. */
function fitMrkdwn(text: string, within: Takes): string {
  const count = within.most?.count ?? text.length;
  for (let keep = count; ; keep = Math.floor(keep * 0.8)) {
    const escaped = escapeMrkdwn(fitText(text, most(keep)));
    if (escaped.length <= count) return escaped;
  }
}

/** A block that the route's map made: its texts may be a stranger's, so each is as long as Slack takes it there. */
function fitBlock(block: Block): Block {
  const text = block.type === 'header' ? slackTakes.header : slackTakes.section;
  return {
    ...fitValue(block, { ...slackTakes.text, most: null }),
    ...fitted(block, 'text', text),
    ...fitted(block, 'fields', slackTakes.field),
    ...fitted(block, 'elements', slackTakes.section),
  };
}

const fitted = (block: Block, name: string, within: Takes): object =>
  block[name] === undefined ? {} : { [name]: fitValue(block[name], within) };
