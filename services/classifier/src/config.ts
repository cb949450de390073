import { kafkaGroupSettings, kafkaSettings } from '@millrace/kafka';
import { pipelineSettings } from '@millrace/messaging';
import { breakerSettings } from '@millrace/resilience/breaker-settings';
import { defineSettings, serviceSettings, setting } from '@millrace/service';

/** Everything the classifier is told by its environment. */
export const settings = defineSettings({
  ...serviceSettings,
  ...kafkaSettings,
  ...kafkaGroupSettings,
  ...pipelineSettings,
  ...breakerSettings,
  flows: setting.path({
    env: 'MILLRACE_FLOWS',
    default: 'infra/flows',
    description: 'Folder or file of the flows; the classifier reads their `classify`.',
  }),
  packs: setting.path({
    env: 'MILLRACE_PACKS',
    optional: true,
    description: 'Folder of model packs, one folder each, named as the flows name them; the shipped ones when absent.',
    example: '/etc/millrace/packs',
  }),
  postgresUrl: setting.url({
    env: 'MILLRACE_POSTGRES_URL',
    optional: true,
    description: 'The Postgres that remembers held keys; needed where a flow says `onFailure: hold-key`.',
    example: 'postgres://millrace:secret@127.0.0.1:5432/millrace',
  }),
  modelWorkers: setting.integer({
    env: 'MILLRACE_MODEL_WORKERS',
    default: 1,
    min: 1,
    max: 64,
    description: 'Threads that think; each takes a core and 200 to 300 MB at full speed.',
  }),
  modelBatchTimeoutMs: setting.durationMs({
    env: 'MILLRACE_MODEL_BATCH_TIMEOUT_MS',
    default: 30_000,
    description: 'An embedded worker that does not answer a batch by then is replaced, and its texts asked again.',
  }),
  modelTimeoutMs: setting.durationMs({
    env: 'MILLRACE_MODEL_TIMEOUT_MS',
    default: 15_000,
    description: 'How long one question to a remote model may take.',
  }),
  expressionTimeoutMs: setting.durationMs({
    env: 'MILLRACE_EXPRESSION_TIMEOUT_MS',
    default: 100,
    description: 'Processor time that one `when` of a task may take before it is stopped.',
  }),
});
