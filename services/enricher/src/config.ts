import { kafkaGroupSettings, kafkaSettings } from '@millrace/kafka';
import { ledgerSettings } from '@millrace/ledger';
import { pipelineSettings } from '@millrace/messaging';
import { breakerSettings } from '@millrace/resilience/breaker-settings';
import { defineSettings, serviceSettings, setting } from '@millrace/service';

/** Everything the enricher is told by its environment. */
export const settings = defineSettings({
  ...serviceSettings,
  ...kafkaSettings,
  ...kafkaGroupSettings,
  ...pipelineSettings,
  ...breakerSettings,
  postgresUrl: ledgerSettings.postgresUrl,
  flows: setting.path({
    env: 'MILLRACE_FLOWS',
    default: 'infra/flows',
    description: 'Folder or file of the flows; the enricher reads their sources and lookups.',
  }),
  bodyBudgetBytes: setting.bytes({
    env: 'MILLRACE_BODY_BUDGET_BYTES',
    default: 64 * 1_024 * 1_024,
    description: 'Claim-checked bodies that may be in memory at once; a larger one is handled alone.',
  }),
  expressionTimeoutMs: setting.durationMs({
    env: 'MILLRACE_EXPRESSION_TIMEOUT_MS',
    default: 100,
    description: 'Processor time that one lookup expression may take before it is stopped.',
  }),
  tableRefreshTimeoutMs: setting.durationMs({
    env: 'MILLRACE_TABLE_REFRESH_TIMEOUT_MS',
    default: 5_000,
    description: 'How long a required miss waits for the reference topic to be read to its present end.',
  }),
});
