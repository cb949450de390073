import { defineSource, type Source } from '../source.ts';

const toleranceMs = 5 * 60_000;

/** Slack's Events API. A retry repeats `event_id` and adds `X-Slack-Retry-Num`; the signature is made anew each time. */
export const slackSource: Source = defineSource({
  name: 'slack',
  summary: 'Messages, reactions and every other event of the Slack Events API',
  verifiedBy: 'vector',
  methods: ['POST'],
  body: { types: [{ kind: 'json' }] },
  verification: {
    kind: 'hmac',
    scheme: 'slack-v0',
    hash: 'sha256',
    secret: 'utf8',
    signature: { header: 'x-slack-signature', encoding: 'hex', format: { kind: 'plain', prefix: 'v0=' } },
    timestamp: { in: { header: 'x-slack-request-timestamp' }, unit: 's', toleranceMs },
    signed: ['v0:', '{timestamp}', ':', '{body}'],
  },
  handshakes: [
    {
      name: 'url_verification',
      when: { selector: 'body:/type', equals: 'url_verification' },
      answer: { kind: 'echo', selector: 'body:/challenge' },
    },
  ],
  identity: { signed: 'body:/event_id' },
  eventType: { anyOf: [{ join: '.', of: ['body:/event/type', 'body:/event/subtype'] }, 'body:/type'] },
  // Events of one conversation keep their order; what belongs to none is ordered within its workspace.
  subject: {
    anyOf: [
      'body:/event/channel',
      'body:/event/channel/id',
      'body:/event/item/channel',
      'body:/event/channel_id',
      'body:/team_id',
    ],
  },
  actor: { anyOf: ['body:/event/bot_id', 'body:/event/user', 'body:/event/user/id'] },
  occurredAt: 'body:/event_time',
  // The deprecated verification token: still sent in the clear, still a secret of the app.
  credentials: ['body:/token'],
  // Slack gives up after 3 s.
  senderDeadlineMs: 2_500,
  ordered: true,
  subscription:
    'api.slack.com/apps › your app › Event Subscriptions: enable, paste the address as Request URL (it is verified at once), choose bot events. The secret is the Signing Secret under Basic Information.',
});
