import { longestReturnMs } from '@millrace/contracts';
import { type Setting, setting } from '@millrace/service';

const day = 86_400_000;

/** Where the ledger is and how long it remembers. Spread it into a service's settings. */
export const ledgerSettings: {
  readonly postgresUrl: Setting<string>;
  readonly claimLeaseMs: Setting<number>;
  readonly claimKeepMs: Setting<number>;
  readonly effectKeepMs: Setting<number>;
  readonly bodyKeepMs: Setting<number>;
} = {
  postgresUrl: setting.url({
    env: 'MILLRACE_POSTGRES_URL',
    description: 'The Postgres that remembers claims, outcomes, effects and large bodies.',
    example: 'postgres://millrace:secret@127.0.0.1:5432/millrace',
  }),
  claimLeaseMs: setting.durationMs({
    env: 'MILLRACE_CLAIM_LEASE_MS',
    default: 10_000,
    description: 'How long a request may take between claim and acknowledgement before its twin may take over.',
  }),
  claimKeepMs: setting.durationMs({
    env: 'MILLRACE_CLAIM_KEEP_MS',
    default: 7 * day,
    min: 3 * day,
    description: 'How long a request is remembered, so that the same one sent again is a duplicate. At least 72 h.',
  }),
  effectKeepMs: setting.durationMs({
    env: 'MILLRACE_EFFECT_KEEP_MS',
    default: longestReturnMs,
    min: longestReturnMs,
    description:
      'How long outcomes and effects are remembered; at least as long as source, retry, dead-letter and lane topic together may keep a record, which is the default.',
  }),
  bodyKeepMs: setting.durationMs({
    env: 'MILLRACE_BODY_KEEP_MS',
    default: longestReturnMs,
    min: longestReturnMs,
    description:
      'How long claim-checked bodies are kept after they were put or read; at least as long as topics together may keep a record that refers to one, which is the default.',
  }),
};
