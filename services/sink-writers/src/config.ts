import { longestReturnMs } from '@millrace/contracts';
import { kafkaGroupSettings, kafkaSettings } from '@millrace/kafka';
import { ledgerSettings } from '@millrace/ledger';
import { type PipelineSettings, pipelineSettings } from '@millrace/messaging';
import { breakerSettings } from '@millrace/resilience/breaker-settings';
import { defineSettings, type Setting, serviceSettings, setting } from '@millrace/service';

type PipelineFragment = { readonly [Name in Exclude<keyof PipelineSettings, 'retryWaitsMs'>]: Setting<number> };

/** Everything sink-writers is told by its environment; the secrets of destinations come through the flow file's references. */
export const settings: typeof serviceSettings &
  typeof kafkaSettings &
  PipelineFragment & {
    readonly postgresUrl: Setting<string>;
    readonly effectKeepMs: Setting<number>;
    readonly deliveriesKeepMs: Setting<number | undefined>;
    readonly flows: Setting<string>;
    readonly trustedOrigins: Setting<readonly string[]>;
    readonly rateLimits: Setting<'after-refusal' | 'always' | 'off'>;
    readonly writeTimeoutMs: Setting<number>;
    readonly rateLimitPatienceMs: Setting<number>;
    readonly breakerOpenMs: Setting<number>;
    readonly mostWritesPerKey: Setting<number>;
    readonly expressionTimeoutMs: Setting<number>;
  } = defineSettings({
  ...serviceSettings,
  ...kafkaSettings,
  ...kafkaGroupSettings,
  ...pipelineSettings,
  ...breakerSettings,
  maxInFlight: setting.integer({
    env: 'MILLRACE_MAX_IN_FLIGHT',
    default: 1_000,
    min: 1,
    description:
      'Writes that may run at once on one route, each on a key of its own; never more than its destination takes, nor of one partition than MILLRACE_HIGH_WATER_RECORDS.',
  }),
  postgresUrl: ledgerSettings.postgresUrl,
  effectKeepMs: ledgerSettings.effectKeepMs,
  deliveriesKeepMs: setting.durationMs({
    env: 'MILLRACE_DELIVERIES_KEEP_MS',
    optional: true,
    min: longestReturnMs,
    description:
      'How long rows of the table `deliveries` in this Postgres are kept; all of them for good when absent. In a database of its own a `postgres` route has `deliveriesDays`.',
    example: '400d',
  }),
  flows: setting.path({
    env: 'MILLRACE_FLOWS',
    default: 'infra/flows',
    description: 'Folder or file of the flows; sink-writers reads their routes.',
  }),
  trustedOrigins: setting.list({
    env: 'MILLRACE_TRUSTED_ORIGINS',
    default: [],
    description:
      'Exact origins that need be neither https on 443 nor public: simulators, and systems of your own network. Comma-separated.',
    example: 'http://127.0.0.1:8100,https://erp.internal:8443',
  }),
  rateLimits: setting.oneOf(['after-refusal', 'always', 'off'], {
    env: 'MILLRACE_RATE_LIMITS',
    default: 'after-refusal',
    description:
      "When a vendor's documented rate limit is kept: from its first refusal on for ten minutes, always, or never. A pause that it asks for is always kept.",
  }),
  writeTimeoutMs: setting.durationMs({
    env: 'MILLRACE_WRITE_TIMEOUT_MS',
    default: 30_000,
    description: 'How long one write to a destination may take, all its requests together.',
  }),
  rateLimitPatienceMs: setting.durationMs({
    env: 'MILLRACE_RATE_LIMIT_PATIENCE_MS',
    default: 65_000,
    description:
      'How long a record waits in place for its turn at a destination; a longer pause is left to the breaker.',
  }),
  mostWritesPerKey: setting.integer({
    env: 'MILLRACE_MOST_WRITES_PER_KEY',
    default: 30,
    min: 1,
    description:
      'Updates of one object within an hour, each brought about by one of ours, above which what they bring about becomes a dead letter: an echo loop.',
  }),
  expressionTimeoutMs: setting.durationMs({
    env: 'MILLRACE_EXPRESSION_TIMEOUT_MS',
    default: 100,
    description: 'Processor time that one `when` or `map` may take before it is stopped.',
  }),
});
