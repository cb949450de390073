import { createHash } from 'node:crypto';
import { join } from 'node:path';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { openJournal } from '../../kit/simulator/journal.ts';
import type { SimulatedMessage } from '../../kit/simulator/simulated-message.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../kit/simulator/simulator.ts';

export interface SlackSimulatorOptions extends SimulatorOptions {
  readonly token: string;
  /** Names without `#` that exist from the start. */
  readonly channels: readonly string[];
}

type Entry =
  | { readonly kind: 'message'; readonly message: PostedMessage }
  | { readonly kind: 'deleted'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'asked'; readonly channel: string }
  | { readonly kind: 'channel'; readonly channel: string };

interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[] | null;
  readonly metadata: {
    readonly event_type?: string;
    readonly event_payload?: Readonly<Record<string, unknown>>;
  } | null;
}

const failureNames: Readonly<Record<number, string>> = {
  401: 'invalid_auth',
  403: 'no_permission',
  503: 'service_unavailable',
};

/** Documented: one message per second and channel, short bursts above it are let through. */
const perSecond = 1;
const burst = 5;

export function createSlackSimulator(options: SlackSimulatorOptions): Simulator {
  const { now, token } = options;
  const journal = openJournal<Entry>(join(options.dataFolder, 'slack.jsonl'));
  const posted: PostedMessage[] = [];
  const channels = new Map(options.channels.map((name) => [channelId(name), name]));
  const asked = new Set<string>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  let lastTs = 0;

  const apply = (entry: Entry): void => {
    if (entry.kind === 'asked') asked.add(entry.channel);
    else if (entry.kind === 'channel') channels.set(channelId(entry.channel), entry.channel);
    else if (entry.kind === 'deleted') {
      const at = posted.findIndex(({ channel, ts }) => channel === entry.channel && ts === entry.ts);
      if (at >= 0) posted.splice(at, 1);
    } else {
      posted.push(entry.message);
      lastTs = Math.max(lastTs, Math.round(Number(entry.message.ts) * 1e6));
    }
  };
  for (const entry of journal.earlier) apply(entry);
  const record = (entry: Entry): void => {
    journal.append(entry);
    apply(entry);
  };

  const findChannel = (named: unknown): string | null => {
    if (typeof named !== 'string') return null;
    if (channels.has(named)) return named;
    const id = channelId(named.replace(/^#/, ''));
    return channels.has(id) ? id : null;
  };
  const isWithinLimit = (channel: string): boolean => {
    const bucket = buckets.get(channel) ?? { tokens: burst, at: now() };
    const tokens = Math.min(burst, bucket.tokens + ((now() - bucket.at) / 1000) * perSecond);
    buckets.set(channel, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now() });
    return tokens >= 1;
  };

  const postMessage = (body: Body, response: Response, hasLimits: boolean): void => {
    const channel = findChannel(body['channel']);
    if (channel === null) {
      if (typeof body['channel'] === 'string' && !asked.has(body['channel'])) {
        record({ kind: 'asked', channel: body['channel'] });
      }
      refuse(response, 'channel_not_found');
      return;
    }
    const problem = messageProblem(body);
    if (problem !== null) {
      refuse(response, problem);
      return;
    }
    if (hasLimits && !isWithinLimit(channel)) {
      tooMany(response, 1);
      return;
    }
    lastTs = Math.max(lastTs + 1, now() * 1000);
    const message: PostedMessage = {
      channel,
      ts: (lastTs / 1e6).toFixed(6),
      text: typeof body['text'] === 'string' ? body['text'] : '',
      blocks: Array.isArray(body['blocks']) ? body['blocks'] : null,
      metadata: isObject(body['metadata']) ? body['metadata'] : null,
    };
    record({ kind: 'message', message });
    response.json({ ok: true, channel, ts: message.ts, message: { type: 'message', bot_id: 'B900100', ...message } });
  };

  const deleteMessage = ({ channel, ts }: Body, response: Response): void => {
    const found = posted.find((one) => one.channel === channel && one.ts === ts);
    if (typeof channel !== 'string' || !channels.has(channel)) refuse(response, 'channel_not_found');
    else if (found === undefined) refuse(response, 'message_not_found');
    else {
      record({ kind: 'deleted', channel, ts: found.ts });
      response.json({ ok: true, channel, ts });
    }
  };

  const history = (body: Body, response: Response): void => {
    const { channel } = body;
    // Unlike posting, reading wants the id.
    if (typeof channel !== 'string' || !channels.has(channel)) {
      refuse(response, 'channel_not_found');
      return;
    }
    const limit = Math.min(Math.max(1, Number(body['limit'] ?? 100)), 999);
    const oldest = Number(body['oldest'] ?? 0);
    const before = typeof body['cursor'] === 'string' ? Number(body['cursor']) : Number.POSITIVE_INFINITY;
    const found = posted.filter((one) => one.channel === channel && Number(one.ts) > oldest && Number(one.ts) < before);
    const page = found.slice(-limit).reverse();
    const hasMore = found.length > page.length;
    const withMetadata = body['include_all_metadata'] === true || body['include_all_metadata'] === 'true';
    response.json({
      ok: true,
      messages: page.map(({ metadata, ...message }) => ({
        type: 'message',
        ...message,
        ...(withMetadata && metadata !== null ? { metadata } : {}),
      })),
      has_more: hasMore,
      response_metadata: { next_cursor: hasMore ? (page.at(-1)?.ts ?? '') : '' },
    });
  };

  const authenticate: RequestHandler = (request, response, next) => {
    const given = request.get('authorization')?.replace(/^Bearer\s+/i, '') ?? bodyOf(request)['token'];
    if (given === undefined) {
      refuse(response, 'not_authed');
      return;
    }
    if (given !== token) {
      refuse(response, 'invalid_auth');
      return;
    }
    next();
  };

  return createSimulator(options, {
    name: 'slack',
    voice: {
      // Slack says what is wrong with the caller in a 200, and keeps other statuses for itself being broken.
      failureBody: (status) => ({ ok: false, error: failureNames[status] ?? 'internal_error' }),
      tooMany,
    },
    routes: (router, faults) => {
      router.use(
        '/api',
        express.json({ limit: '1mb' }),
        express.urlencoded({ extended: false, limit: '1mb' }),
        authenticate,
      );
      router.post('/api/chat.postMessage', (request, response) => {
        postMessage(bodyOf(request), response, faults.state().limits);
      });
      router.post('/api/chat.delete', (request, response) => deleteMessage(bodyOf(request), response));
      router.all('/api/conversations.history', (request, response) => history(bodyOf(request), response));
      router.all('/api/conversations.list', (_request, response) => {
        const list = [...channels].map(([id, name]) => ({
          id,
          name,
          is_channel: true,
          is_archived: false,
          is_member: true,
        }));
        response.json({ ok: true, channels: list, response_metadata: { next_cursor: '' } });
      });
      router.all('/api/auth.test', (_request, response) => {
        response.json({
          ok: true,
          url: 'https://simulated.slack.com/',
          team_id: 'T900100',
          user_id: 'U900100',
          bot_id: 'B900100',
        });
      });
      router.all('/api/{*method}', (_request, response) => refuse(response, 'unknown_method'));
    },
    messages: () => posted.map((message) => toSimulated(message, channels.get(message.channel) ?? message.channel)),
    // What people asked for in vain exists from now on.
    heal: () => {
      for (const channel of asked) {
        const name = channel.replace(/^#/, '');
        if (!channels.has(channelId(name))) record({ kind: 'channel', channel: name });
      }
    },
    close: () => journal.close(),
  });
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf(request: Request): Body {
  return { ...(request.query as Body), ...(isObject(request.body) ? request.body : {}) };
}

function refuse(response: Response, error: string): void {
  response.json({ ok: false, error });
}

function tooMany(response: Response, retryAfterSeconds: number): void {
  response.status(429).set('retry-after', String(retryAfterSeconds)).json({ ok: false, error: 'ratelimited' });
}

/** What Slack refuses in a message, by the limits it documents (and the one over all blocks that it does not). */
function messageProblem(body: Body): string | null {
  const { text, blocks } = body;
  if (blocks !== undefined && blocks !== null) {
    if (!Array.isArray(blocks) || blocks.length > 50) return 'invalid_blocks';
    if (!blocks.every(isBlock)) return 'invalid_blocks';
    if (JSON.stringify(blocks).length > 13_200) return 'msg_blocks_too_long';
  } else if (typeof text !== 'string' || text === '') return 'no_text';
  return typeof text === 'string' && text.length > 40_000 ? 'msg_too_long' : null;
}

function isBlock(block: unknown): boolean {
  if (!isObject(block) || typeof block['type'] !== 'string') return false;
  const length =
    isObject(block['text']) && typeof block['text']['text'] === 'string' ? block['text']['text'].length : 0;
  return length <= (block['type'] === 'header' ? 150 : 3_000);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stable over restarts, because senders keep it. */
function channelId(name: string): string {
  return `C${createHash('sha256').update(name).digest('hex').slice(0, 9).toUpperCase()}`;
}

function toSimulated(message: PostedMessage, channel: string): SimulatedMessage {
  const eventId = message.metadata?.event_payload?.['source_event_id'];
  return {
    at: new Date(Number(message.ts) * 1000).toISOString(),
    eventId: typeof eventId === 'string' ? eventId : null,
    title: `#${channel}`,
    lines: [message.text, ...blockTexts(message.blocks)],
    detail: { ...message, channelName: channel },
  };
}

function blockTexts(blocks: PostedMessage['blocks']): readonly string[] {
  return (blocks ?? []).flatMap((block) => {
    if (!isObject(block)) return [];
    const { text, fields, elements } = block;
    return [text, ...(Array.isArray(fields) ? fields : []), ...(Array.isArray(elements) ? elements : [])].flatMap(
      (part) => (isObject(part) && typeof part['text'] === 'string' ? [part['text'].replaceAll('\n', ' ')] : []),
    );
  });
}
