import { longestReturnMs } from '@millrace/contracts';
import { kafkaGroupSettings, kafkaSettings } from '@millrace/kafka';
import { ledgerSettings } from '@millrace/ledger';
import { defineSettings, serviceSettings, setting } from '@millrace/service';

/** Everything the dlq-replayer is told by its environment. */
export const settings = defineSettings({
  ...serviceSettings,
  ...kafkaSettings,
  ...kafkaGroupSettings,
  postgresUrl: ledgerSettings.postgresUrl,
  flows: setting.path({
    env: 'MILLRACE_FLOWS',
    default: 'infra/flows',
    description: 'Folder or file of the flows; their consumer groups are the ones whose dead letters are indexed.',
  }),
  packs: setting.path({
    env: 'MILLRACE_PACKS',
    optional: true,
    description: 'Folder of model packs that flows may name, as the classifier has it; the shipped ones when absent.',
    example: '/etc/millrace/packs',
  }),
  tokensFile: setting.path({
    env: 'MILLRACE_TOKENS_FILE',
    description:
      'JSON file with the first tokens of the operator API: `{"operator": "…", "approver": "…", "admin": "…"}`, readable by its owner alone. `admin` may be missing; with it `millrace tokens` makes the others.',
  }),
  allowedHosts: setting.list({
    env: 'MILLRACE_ALLOWED_HOSTS',
    default: [],
    description: 'Further names by which the operator API may be reached; this machine’s own always may.',
  }),
  gatewayAdminUrl: setting.url({
    env: 'MILLRACE_GATEWAY_ADMIN_URL',
    optional: true,
    description:
      'The gateway’s admin listener, which knows when and where an event came in. Without it a trace searches.',
    example: 'http://127.0.0.1:8085',
  }),
  approvalAbove: setting.integer({
    env: 'MILLRACE_APPROVAL_ABOVE',
    default: 10_000,
    min: 0,
    description: 'A redrive that sends more records needs an approver who did not plan it.',
  }),
  keepJobsMs: setting.durationMs({
    env: 'MILLRACE_KEEP_JOBS_MS',
    default: 2_592_000_000,
    description: 'How long plans and finished redrives are kept; by default as long as their dead letters, 30 days.',
  }),
  keepIndexMs: setting.durationMs({
    env: 'MILLRACE_KEEP_INDEX_MS',
    default: longestReturnMs,
    min: longestReturnMs,
    description:
      'How long after its last change a dead letter stays in the index; at least as long as an answer about it may come.',
  }),
  doctorLagMs: setting.durationMs({
    env: 'MILLRACE_DOCTOR_LAG_MS',
    default: 300_000,
    description: '`millrace doctor` names a group that has an unfinished record older than this.',
  }),
  doctorClockMs: setting.durationMs({
    env: 'MILLRACE_DOCTOR_CLOCK_MS',
    default: 5_000,
    description: '`millrace doctor` names a clock that is further from another than this.',
  }),
  traceSearchMs: setting.durationMs({
    env: 'MILLRACE_TRACE_SEARCH_MS',
    default: 86_400_000,
    description: 'How far back a trace searches for an id that the gateway does not know.',
  }),
});
