import { defineSource, mebibyte, type Source } from '../../kit/source.ts';
import { normaliseIssue } from './source-normalise.ts';

/** GitHub repeats the delivery id on a redelivery but does not sign it, and signs no time: a captured request can come again. */
export const githubSource: Source = defineSource({
  name: 'github',
  summary: 'Issues and every other event of GitHub repositories, organisations and apps',
  verifiedBy: 'vector',
  methods: ['POST'],
  // GitHub sends JSON, or a form with the same JSON in one field.
  body: { types: [{ kind: 'json' }, { kind: 'form', field: 'payload' }], maxBytes: 25 * mebibyte },
  verification: {
    kind: 'hmac',
    scheme: 'github-sha256',
    hash: 'sha256',
    secret: 'utf8',
    signature: { header: 'x-hub-signature-256', encoding: 'hex', format: { kind: 'plain', prefix: 'sha256=' } },
    signed: ['{body}'],
  },
  handshakes: [{ name: 'ping', when: { selector: 'header:x-github-event', equals: 'ping' }, answer: { kind: 'ok' } }],
  identity: { delivery: 'header:x-github-delivery' },
  eventType: { join: '.', of: ['header:x-github-event', 'body:/action'] },
  subject: {
    anyOf: [
      'body:/issue/id',
      'body:/pull_request/id',
      'body:/repository/id',
      'body:/organization/id',
      'body:/installation/id',
      'body:/security_advisory/ghsa_id',
      'body:/sender/id',
    ],
  },
  actor: 'body:/sender/login',
  occurredAt: { anyOf: ['body:/issue/updated_at', 'body:/pull_request/updated_at', 'body:/head_commit/timestamp'] },
  // GitHub gives up after 10 s and never tries again by itself.
  senderDeadlineMs: 8_000,
  ordered: true,
  normalises: ['issues'],
  normalise: normaliseIssue,
  subscription:
    'Repository or organisation › Settings › Webhooks › Add webhook: content type application/json, the secret of this source, events "Issues" (or any).',
});
