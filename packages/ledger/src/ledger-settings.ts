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
    description: 'How long a request is remembered, so that the same one sent again is a duplicate. At least 72 h.',
  }),
  effectKeepMs: setting.durationMs({
    env: 'MILLRACE_EFFECT_KEEP_MS',
    default: 45 * day,
    description:
      'How long outcomes and effects are remembered; longer than the longest retention of source, dead-letter and lane topics.',
  }),
  bodyKeepMs: setting.durationMs({
    env: 'MILLRACE_BODY_KEEP_MS',
    default: 45 * day,
    description: 'How long claim-checked bodies are kept; longer than any record that refers to one.',
  }),
};
