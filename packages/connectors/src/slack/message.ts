import { z } from 'zod';
import type { Judgement, SinkDelivery } from '../sink.ts';
import { readMapped } from '../sink-answers.ts';

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

/** Slack documents 3,000 per section and 150 per header, and refuses about 13,200 over all blocks without documenting it. */
const limits = { header: 150, field: 1_000, section: 2_900, text: 3_000 } as const;

const mappedMessage = z.union([
  z
    .string()
    .min(1)
    .transform((text) => ({ text, blocks: undefined })),
  z.object({
    text: z.string().min(1),
    blocks: z
      .array(z.looseObject({ type: z.string() }))
      .max(50)
      .optional(),
  }),
]);

/** What one delivery says in a channel. Pure. The marker is how a probe finds it again. */
export function toMessage(delivery: SinkDelivery): SlackMessage {
  const own = readMapped(delivery.mapped, mappedMessage, () => ({
    text: escapeMrkdwn(headline(delivery)),
    blocks: blocks(delivery),
  }));
  return {
    text: clip(own.text, limits.text),
    ...(own.blocks === undefined ? {} : { blocks: own.blocks }),
    metadata: {
      event_type: 'millrace_delivery',
      event_payload: {
        source_event_id: delivery.eventId,
        correlation_id: delivery.correlationid,
        entity_key: delivery.key,
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
  return `${titleOf(delivery)} (${delivery.key})`;
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
    { type: 'header', text: { type: 'plain_text', text: clip(titleOf(delivery), limits.header), emoji: false } },
    ...(body === null ? [] : [{ type: 'section', text: mrkdwn(clipEscaped(body, limits.section)) }]),
    ...(fields.length === 0 ? [] : [{ type: 'section', fields: fields.slice(0, 10) }]),
    {
      type: 'context',
      elements: [mrkdwn([`\`${escapeMrkdwn(delivery.key)}\``, ...(link === null ? [] : [link])].join(' · '))],
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
  return clip(`${escapeMrkdwn(label ?? '')} (${sureness})`, limits.field);
}

const mrkdwn = (text: string): { readonly type: 'mrkdwn'; readonly text: string } => ({ type: 'mrkdwn', text });

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function clip(text: string, length: number): string {
  const points = [...text];
  return points.length <= length ? text : `${points.slice(0, length - 1).join('')}…`;
}

/** Clipped before it is escaped, so that no entity is cut in two; the loop pays for text that is all markup. */
function clipEscaped(text: string, length: number): string {
  for (let keep = length; ; keep = Math.floor(keep * 0.8)) {
    const escaped = escapeMrkdwn(clip(text, keep));
    if (escaped.length <= length) return escaped;
  }
}
