import { defineSource, type Source } from '../../kit/source.ts';

const toleranceMs = 5 * 60_000;

/** Slack shows a user what it is told here, and closes a modal only on an empty 200. */
const silent = { kind: 'empty', status: 200 } as const;

/**
 * Slack's Events API, its slash commands and its interactivity, all signed alike. An event comes as JSON, and a retry
 * repeats its `event_id`; a command comes as a form, and an interaction as a form whose one field is JSON.
 */
export const slackSource: Source = defineSource({
  name: 'slack',
  summary: 'Messages, reactions and every other event of the Slack Events API, slash commands and interactions',
  verifiedBy: 'vector',
  methods: ['POST'],
  body: { types: [{ kind: 'json' }, { kind: 'form', field: 'payload', bare: true, reply: silent }] },
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
    // Slack looks now and then whether the address still has its certificate: a form without a command.
    {
      name: 'ssl_check',
      when: { selector: 'body:/ssl_check', equals: '1' },
      routine: true,
      answer: { kind: 'ok' },
    },
  ],
  // Each command and interaction has a trigger of its own; Slack never repeats them. Those without one (a closed modal)
  // are told apart by everything that was signed, the time included.
  identity: {
    signed: {
      anyOf: ['body:/event_id', { join: ' ', of: ['body:/trigger_id', { anyOf: ['body:/type', 'body:/command'] }] }],
    },
  },
  eventType: {
    anyOf: [
      { join: '.', of: ['body:/event/type', 'body:/event/subtype'] },
      'body:/type',
      { given: 'body:/command', select: 'const:slash_command' },
    ],
  },
  // Events of one conversation keep their order; what belongs to none is ordered within its workspace.
  subject: {
    anyOf: [
      'body:/event/channel',
      'body:/event/channel/id',
      'body:/event/item/channel',
      'body:/event/channel_id',
      'body:/channel_id',
      'body:/channel/id',
      'body:/container/channel_id',
      'body:/team_id',
      'body:/team/id',
      'body:/enterprise/id',
      'body:/api_app_id',
    ],
  },
  actor: {
    anyOf: ['body:/event/bot_id', 'body:/event/user', 'body:/event/user/id', 'body:/user_id', 'body:/user/id'],
  },
  occurredAt: { anyOf: ['body:/event_time', 'body:/actions/0/action_ts', 'body:/action_ts'] },
  // The deprecated verification token: still sent in the clear, still a secret of the app. The other is a bot's, lent for
  // one run of a function.
  credentials: ['body:/token', 'body:/bot_access_token', 'body:/event/bot_access_token'],
  // Slack gives up after 3 s.
  senderDeadlineMs: 2_500,
  ordered: true,
  subscription:
    'api.slack.com/apps › your app › Event Subscriptions: enable, paste the address as Request URL (it is verified at once), choose bot events. The same address serves Slash Commands and Interactivity & Shortcuts; there Slack shows nothing of our answer. The secret is the Signing Secret under Basic Information.',
});
