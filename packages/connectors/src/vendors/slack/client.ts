import { isCodedError } from '@millrace/messaging';
import { parseRetryAfter } from '@millrace/resilience/classify-http';
import type { Outbound } from '@millrace/resilience/outbound';
import { z } from 'zod';
import { readAnswer, requireSuccess } from '../../kit/sink-answers.ts';
import { classifySlack } from './errors.ts';
import type { SlackMessage } from './message.ts';

export interface SlackClientOptions {
  /** `https://slack.com`, or the simulator's. */
  readonly baseUrl: string;
  readonly token: string;
  readonly outbound: Outbound;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface PostedMessage {
  /** The channel's id, also when it was named. */
  readonly channel: string;
  /** Slack's name of the message within its channel. */
  readonly ts: string;
}

/** The part of Slack's Web API that the sink needs. Every failure is an `OutboundError`. */
export interface SlackClient {
  post(channel: string, message: SlackMessage, signal: AbortSignal): Promise<PostedMessage>;
  /** Takes a message of ours back; one that is not there any more is taken back already. */
  remove(message: PostedMessage, signal: AbortSignal): Promise<void>;
  /** The id of a channel given as `#name` or id; null when the token cannot see it. */
  findChannel(channel: string, signal: AbortSignal): Promise<string | null>;
  /** The `source_event_id` markers of one page of messages, newest first. */
  readMarkers(query: MarkerQuery, signal: AbortSignal): Promise<MarkerPage>;
}

export interface MarkerQuery {
  readonly channelId: string;
  /** Only messages after this; epoch milliseconds. */
  readonly sinceMs: number;
  readonly cursor: string | null;
}

export interface MarkerPage {
  readonly eventIds: readonly string[];
  readonly nextCursor: string | null;
}

const envelope = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const posted = z.object({ channel: z.string(), ts: z.string() });
const paging = z.object({ next_cursor: z.string().optional() }).optional();
const channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  response_metadata: paging,
});
const history = z.object({
  messages: z.array(
    z.object({ metadata: z.object({ event_payload: z.record(z.string(), z.unknown()).optional() }).optional() }),
  ),
  response_metadata: paging,
});

export function createSlackClient({ baseUrl, token, outbound, now }: SlackClientOptions): SlackClient {
  const call = async <T>(method: string, body: object, shape: z.ZodType<T>, signal: AbortSignal): Promise<T> => {
    const target = `Slack ${method}`;
    const response = await outbound.send(
      {
        method: 'POST',
        url: new URL(`/api/${method}`, baseUrl).href,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        // A page of 200 messages with their blocks.
        maxResponseBytes: 8 * 1024 * 1024,
      },
      signal,
    );
    requireSuccess(response, target, now());
    const said = readAnswer(response, envelope, target);
    if (!said.ok) throw classifySlack(said.error ?? '', parseRetryAfter(response.headers['retry-after'], now()));
    return readAnswer(response, shape, target);
  };

  return {
    post: (channel, message, signal) => call('chat.postMessage', { channel, ...message }, posted, signal),

    async remove({ channel, ts }, signal) {
      try {
        await call('chat.delete', { channel, ts }, envelope, signal);
      } catch (error) {
        if (!isCodedError(error) || error.refusal?.answer !== 'message_not_found') throw error;
      }
    },

    async findChannel(channel, signal) {
      if (!channel.startsWith('#')) return channel;
      let cursor: string | undefined;
      do {
        const query = { limit: 1000, exclude_archived: true, ...(cursor === undefined ? {} : { cursor }) };
        const page = await call('conversations.list', query, channels, signal);
        const found = page.channels.find(({ name }) => name === channel.slice(1));
        if (found !== undefined) return found.id;
        cursor = page.response_metadata?.next_cursor;
      } while (cursor !== undefined && cursor !== '');
      return null;
    },

    async readMarkers({ channelId, sinceMs, cursor }, signal) {
      const query = {
        channel: channelId,
        oldest: (sinceMs / 1000).toFixed(6),
        include_all_metadata: true,
        limit: 200,
        ...(cursor === null ? {} : { cursor }),
      };
      const page = await call('conversations.history', query, history, signal);
      const next = page.response_metadata?.next_cursor;
      return {
        eventIds: page.messages.flatMap(({ metadata }) => {
          const id = metadata?.event_payload?.['source_event_id'];
          return typeof id === 'string' ? [id] : [];
        }),
        nextCursor: next === undefined || next === '' ? null : next,
      };
    },
  };
}
