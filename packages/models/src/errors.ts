/** Every code this package throws, and what it means. */
export const modelErrors = {
  X_MODEL_PACK_MISSING: 'The pack folder or one of its files is not there: check classify.pack and the packs folder.',
  X_MODEL_PACK_INVALID: 'pack.json or a binary file of the pack is not what this version reads: train it again.',
  X_MODEL_PACK_HASH:
    'A file of the pack is not the one its pack.json names: the folder was changed or copied half; restore or train it again.',
  X_MODEL_TASK_UNKNOWN:
    'The model does not answer this task: the flow names a task that neither the pack nor a scorecard has.',
  X_MODEL_TIMEOUT: 'The model did not answer within its time limit.',
  X_MODEL_WORKER_LOST: 'The inference worker died twice over the same text; a new one was started.',
  X_MODEL_CLOSED: 'The model was closed while the question waited.',
  X_MODEL_OVERLOADED: 'More questions wait than the model may hold: lower the concurrency or add workers.',
  X_MODEL_MALFORMED: 'The model answered something that is not a judgement of the declared taxonomy.',
  X_MODEL_RATE_LIMITED: 'The provider asks to wait.',
  X_MODEL_UNREACHABLE: 'The provider did not answer at all.',
  X_MODEL_DATA_INVALID: 'The training or evaluation file is not JSON lines or CSV with a text and a label column.',
  X_MODEL_DATA_TOO_SMALL: 'A label has too few examples to train and check on.',
} as const;

export type ModelErrorCode = keyof typeof modelErrors;
