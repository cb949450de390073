import { deadLetter } from '@millrace/messaging';
import { OutboundError } from '@millrace/resilience/outbound-error';
import { z } from 'zod';
import {
  type AnySink,
  defineSink,
  reference,
  type Sink,
  type SinkContext,
  type SinkDelivery,
  type SinkResult,
  urlReference,
} from '../../kit/sink.ts';
import { createSlackClient, type PostedMessage } from './client.ts';
import { toMessage } from './message.ts';

const config = z.strictObject({
  channel: z.string().min(2).describe('Channel by `#name` or id; the app must be a member of it'),
  baseUrl: urlReference('SLACK_BASE_URL').describe('`https://slack.com`, or a simulator'),
  token: reference('SLACK_BOT_TOKEN').describe('Bot token with chat:write, channels:read and channels:history'),
});
type SlackConfig = z.infer<typeof config>;

/** A probe reads at most so many pages of 200: a channel busier than that since the event came in is for a person to look at. */
const probePages = 50;

export const slackSink: AnySink = defineSink<SlackConfig>({
  name: 'slack',
  summary:
    'Posts one Block Kit message per event to a channel, marked with the event id so that it can be found again.',
  config,
  inDoubt: 'probe',
  // That a ticket was there stays said; what its customer wrote does not, once it must not stay.
  deletions: { soft: 'nothing', permanent: 'erases' },
  entities: 'any',
  rate: { requests: 1, perMs: 1_000 },
  concurrency: 4,
  echoes: false,
  open: openSlack,
  rehearse: () => ({
    assumes: 'the channel is there and the app is its member',
    http: () => ({ body: { ok: true, channel: 'C0000000000', ts: '0.000000' } }),
  }),
});

function openSlack({ channel, baseUrl, token }: SlackConfig, { outbound, now }: SinkContext): Sink {
  const client = createSlackClient({ baseUrl, token, outbound, now });
  let channelId: string | null = null;

  const erase = async ({ earlier = [], key }: SinkDelivery, signal: AbortSignal): Promise<SinkResult> => {
    const places = earlier.flatMap((destination) => placeOf(destination) ?? []);
    for (const place of places) await client.remove(place, signal);
    const destination = `slack ${channel} without ${key}`;
    return places.length === 0
      ? { outcome: 'filtered', reason: 'deleted', destination }
      : { outcome: 'delivered', destination };
  };

  return {
    async write(delivery, signal) {
      if (delivery.value.deletion != null) return erase(delivery, signal);
      const posted = await client.post(channel, toMessage(delivery), signal);
      channelId = posted.channel;
      return { outcome: 'delivered', destination: destinationOf(channel, posted) };
    },

    async probe(delivery, signal) {
      // What was erased is not found, and erasing it again changes nothing.
      if (delivery.value.deletion != null) return false;
      channelId ??= await client.findChannel(channel, signal);
      // A channel that nobody can see holds no message of ours.
      if (channelId === null) return false;
      // No message is older than the event it is about; a minute for clocks that differ.
      const sinceMs = delivery.value.receivedAt - 60_000;
      let cursor: string | null = null;
      for (let page = 0; page < probePages; page += 1) {
        const { eventIds, nextCursor } = await client.readMarkers({ channelId, sinceMs, cursor }, signal);
        if (eventIds.includes(delivery.eventId)) return true;
        if (nextCursor === null) return false;
        cursor = nextCursor;
      }
      throw new OutboundError(
        'X_SINK_IN_DOUBT',
        `The last ${probePages * 200} messages of the channel do not settle it`,
        {
          disposition: deadLetter,
          applied: 'unknown',
        },
      );
    },

    close: async () => undefined,
  };
}

/** Kept by the ledger for each message: `placeOf` reads it when the message must go. */
const destinationOf = (channel: string, posted: PostedMessage): string =>
  `slack ${channel} ${posted.channel} ${posted.ts}`;

function placeOf(destination: string): PostedMessage | null {
  const [, channel, ts] = /^slack .+ ([A-Z0-9]+) (\d+\.\d+)$/.exec(destination) ?? [];
  return channel === undefined || ts === undefined ? null : { channel, ts };
}
