import { type Disposition, deadLetter, halt, retry, type Scope } from '@millrace/messaging';
import { type Applied, OutboundError } from '@millrace/resilience/outbound-error';

/** Slack says most of its errors with a 200; this is what they mean and what fixes them. */
export const slackErrors = {
  X_SLACK_CREDENTIALS:
    'Slack refuses the token or it lacks a scope; renew or re-install the app, then resume the route',
  X_SLACK_CHANNEL: 'The channel does not exist, is archived, or the app is not in it; mend that, then redrive',
  X_SLACK_MESSAGE: 'Slack will not take the message as it is; correct the map, then redrive',
  X_SLACK_RATE_LIMITED: 'Slack asks for fewer requests; the route pauses as long as it says',
  X_SLACK_FAILED: 'Slack failed; it may have posted the message',
  X_SLACK_REFUSED: 'Slack answered an error that this client does not know; see its name in the message',
} as const;

type SlackErrorCode = keyof typeof slackErrors;
type Meaning = readonly [code: SlackErrorCode, disposition: Disposition, scope: Scope | null, applied: Applied];

const credentials: Meaning = ['X_SLACK_CREDENTIALS', halt, 'everyone', 'no'];
const channel: Meaning = ['X_SLACK_CHANNEL', deadLetter, 'record', 'no'];
const message: Meaning = ['X_SLACK_MESSAGE', deadLetter, 'record', 'no'];
const failed: Meaning = ['X_SLACK_FAILED', retry(), null, 'unknown'];
// Counted per channel, and the channel is the route's: nobody of the route may post.
const tooMany = (afterMs: number | undefined): Meaning => ['X_SLACK_RATE_LIMITED', retry(afterMs), 'everyone', 'no'];
const unknown: Meaning = ['X_SLACK_REFUSED', deadLetter, 'record', 'no'];

const meanings: Readonly<Record<string, Meaning>> = {
  not_authed: credentials,
  invalid_auth: credentials,
  account_inactive: credentials,
  token_expired: credentials,
  token_revoked: credentials,
  no_permission: credentials,
  missing_scope: credentials,
  org_login_required: credentials,
  ekm_access_denied: credentials,
  access_denied: credentials,
  team_access_not_granted: credentials,
  two_factor_setup_required: credentials,
  not_allowed_token_type: credentials,
  enterprise_is_restricted: credentials,
  channel_not_found: channel,
  not_in_channel: channel,
  is_archived: channel,
  channel_is_archived: channel,
  restricted_action: channel,
  restricted_action_read_only_channel: channel,
  restricted_action_thread_only_channel: channel,
  restricted_action_non_threadable_channel: channel,
  messages_tab_disabled: channel,
  msg_too_long: message,
  msg_blocks_too_long: message,
  no_text: message,
  invalid_blocks: message,
  invalid_blocks_format: message,
  invalid_arguments: message,
  metadata_too_large: message,
  invalid_metadata_format: message,
  invalid_metadata_schema: message,
  too_many_attachments: message,
  internal_error: failed,
  fatal_error: failed,
  service_unavailable: failed,
  request_timeout: failed,
  team_added_to_org: failed,
};

/** Total: an unknown name is a dead letter, because Slack has said no and will say it again. */
export function classifySlack(error: string, afterMs: number | undefined): OutboundError {
  const [code, disposition, scope, applied] = meaning(error, afterMs);
  const answer = /^[a-z0-9_]{1,60}$/.test(error) ? error : 'an unreadable error';
  const refusal = scope === null ? undefined : { scope, answer };
  return new OutboundError(code, `Slack answered ${answer}`, { disposition, applied, refusal });
}

function meaning(error: string, afterMs: number | undefined): Meaning {
  if (error === 'ratelimited' || error === 'rate_limited' || error === 'message_limit_exceeded')
    return tooMany(afterMs);
  return (Object.hasOwn(meanings, error) ? meanings[error] : undefined) ?? unknown;
}
