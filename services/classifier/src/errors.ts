/** Codes of this service. */
export const classifierErrors = {
  X_CLASSIFY_TASK_UNKNOWN: 'The flow asks a task that its pack does not answer. Mend `classify` in the flow.',
  X_CLASSIFY_TASK_SETTINGS:
    'A task of the flow has a setting that the classifier does not know. Mend `classify` in the flow.',
  X_CLASSIFY_EXPRESSION:
    'The `when` of a task failed on a message; the reason says where. Change the flow, then redrive.',
  X_CLASSIFY_MODEL_TIMEOUT:
    'A remote model did not answer within MILLRACE_MODEL_TIMEOUT_MS. It is asked again by itself.',
  X_CLASSIFY_OUTCOMES_MISSING:
    'A model whose answers are paid for was set up without a store of outcomes, so an answer might be paid twice. Connect the ledger in main.ts.',
  X_CLASSIFY_HELD_KEYS:
    'A flow that classifies holds keys after dead letters, and the classifier has no Postgres to remember them in. Set MILLRACE_POSTGRES_URL.',
} as const;

export type ClassifierErrorCode = keyof typeof classifierErrors;
