import { kafkaSettings } from '@millrace/kafka';
import { ledgerSettings } from '@millrace/ledger';
import { defineSettings, serviceSettings, setting } from '@millrace/service';

const mebibyte = 1024 * 1024;

/** Everything the gateway is told by its environment. */
export const settings = defineSettings({
  ...serviceSettings,
  ...kafkaSettings,
  ...ledgerSettings,
  flows: setting.path({
    env: 'MILLRACE_FLOWS',
    default: 'infra/flows',
    description: 'Folder or file of the flows; the gateway reads their sources.',
  }),
  adminPort: setting.port({
    env: 'MILLRACE_ADMIN_PORT',
    default: 8085,
    description: 'Port of the operator listener.',
  }),
  adminHost: setting.string({
    env: 'MILLRACE_ADMIN_HOST',
    default: '127.0.0.1',
    description:
      'Address of the operator listener, which shows secrets to who has a token: this machine alone, unless a network of its own (of containers, say) keeps strangers out.',
  }),
  adminAllowedHosts: setting.list({
    env: 'MILLRACE_ADMIN_ALLOWED_HOSTS',
    default: [],
    description: 'Further `Host` values by which the operator listener may be asked; this machine’s own always may.',
    example: 'ingest-gateway:8085',
  }),
  tokensFile: setting.path({
    env: 'MILLRACE_TOKENS_FILE',
    optional: true,
    description:
      'JSON file with the first tokens of the operator API, `operator`, `approver` and perhaps `admin`; without it there is no operator listener.',
  }),
  sourcesFile: setting.path({
    env: 'MILLRACE_SOURCES_FILE',
    optional: true,
    description:
      'JSON file with digests of API keys for business events, beside those that `millrace keys create` makes.',
  }),
  publicUrl: setting.url({
    env: 'MILLRACE_PUBLIC_URL',
    optional: true,
    description: 'Where the world reaches this gateway; shown by `millrace sources show`.',
  }),
  trustedProxies: setting.list({
    env: 'MILLRACE_TRUSTED_PROXIES',
    default: [],
    description: 'Addresses or networks of proxies whose X-Forwarded-For is believed.',
  }),
  maxInFlightBytes: setting.bytes({
    env: 'MILLRACE_MAX_IN_FLIGHT_BYTES',
    default: 128 * mebibyte,
    description: 'Body bytes held at once; beyond it requests are shed with 503.',
  }),
  maxConnections: setting.integer({
    env: 'MILLRACE_MAX_CONNECTIONS',
    default: 10_000,
    min: 1,
    description: 'Connections open at once; further ones are closed.',
  }),
  headerTimeoutMs: setting.durationMs({
    env: 'MILLRACE_HEADER_TIMEOUT_MS',
    default: 10_000,
    description: 'How long the headers of a request may take.',
  }),
  bodyTimeoutMs: setting.durationMs({
    env: 'MILLRACE_BODY_TIMEOUT_MS',
    default: 10_000,
    description: 'How long a body may take before 408.',
  }),
  claimCheckBytes: setting.bytes({
    env: 'MILLRACE_CLAIM_CHECK_BYTES',
    default: 900_000,
    description: 'Webhook bodies above this travel by claim check; business events above it are refused with 413.',
  }),
  sourceRatePerSecond: setting.integer({
    env: 'MILLRACE_SOURCE_RATE_PER_SECOND',
    default: 10_000,
    min: 0,
    description:
      'Verified requests per second and source before 429; 0 is no limit. A source’s `ratePerSecond` overrides it.',
  }),
  clientRatePerSecond: setting.integer({
    env: 'MILLRACE_CLIENT_RATE_PER_SECOND',
    default: 10_000,
    min: 0,
    description: 'Business events per second and client before 429; 0 is no limit.',
  }),
  addressRatePerSecond: setting.integer({
    env: 'MILLRACE_ADDRESS_RATE_PER_SECOND',
    default: 20_000,
    min: 0,
    description: 'Requests per second and address before 429, whoever sends them; 0 is no limit.',
  }),
  eventDeadlineMs: setting.durationMs({
    env: 'MILLRACE_EVENT_DEADLINE_MS',
    default: 10_000,
    description: 'How long a business event may take before 503.',
  }),
  twinWaitMs: setting.durationMs({
    env: 'MILLRACE_TWIN_WAIT_MS',
    default: 200,
    description: 'How long a repetition waits for the first that is still on its way, before 503.',
  }),
  produceTimeoutMs: setting.durationMs({
    env: 'MILLRACE_PRODUCE_TIMEOUT_MS',
    default: 5000,
    description: 'How long Kafka may take to acknowledge; shorter than the claim lease.',
  }),
  claimTimeoutMs: setting.durationMs({
    env: 'MILLRACE_CLAIM_TIMEOUT_MS',
    default: 1000,
    description: 'How long the dedupe ledger may take before an event is accepted without it.',
  }),
});
