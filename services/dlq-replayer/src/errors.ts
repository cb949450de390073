import { type Fault, Refusal } from '@millrace/operator-api';

/** Every code this service throws or writes: what it means and what fixes it. */
export const replayerErrors = {
  X_DLQ_FOREIGN:
    'A record in a dead-letter topic has no dlq.* headers of ours; show it, then redrive or leave it to expire.',
  X_DLQ_UNKNOWN: 'No dead letter has this id; it may have expired, or the index may be behind.',
  X_REPLAY_JOB_UNKNOWN: 'No redrive job has this id.',
  X_REPLAY_SELECTION: 'A redrive needs a group, or ids of one group.',
  X_REPLAY_STATE: 'The job is not in a state that allows this; its answer says in which.',
  X_REPLAY_APPROVAL: 'The plan is larger than one operator may start; an approver who did not make it may.',
  X_REPLAY_INDEX_BEHIND: 'The index has not read every dead letter that is in Kafka yet; try again in a moment.',
  X_REPLAY_EMPTY: 'Nothing in the plan is left to send.',
  X_TRACE_UNKNOWN: 'No record with this id was found in what Kafka still keeps.',
  X_TOPIC_UNKNOWN: 'No topic has this name.',
  X_PIPELINE_UNKNOWN: 'No consumer group of the flow has this name.',
  X_PIPELINE_FIXED:
    'This consumer group is no pipeline of the flows: it halts and resumes, and has neither a place nor a rate to set. The index is built again by `millrace dlq reindex`.',
  X_PIPELINE_SEEK: 'A place where a pipeline is to go on is none that it has; the answer says what there is.',
  X_PIPELINE_AT_WORK: 'Only a halted pipeline, or one that nobody runs, can be told where to go on: halt it first.',
  X_PIPELINE_SKIPS: 'What was asked for passes over records that were not done, without saying that this is meant.',
  X_PIPELINE_STILL_JOINED:
    'A pipeline’s members have not left its group in time, so its offsets were not set; it is halted. Try again when the sessions of those that died are over.',
  X_FLOWS_REFUSED:
    'The flow files do not say something that can run, so nothing was announced; `errors` names each place.',
  X_REFERENCE_CSV: 'The table cannot be read as CSV with a header row and the key column named.',
  X_REFERENCE_UNKNOWN: 'The reference table has no row under this key; `millrace reference ls` shows what it has.',
  X_GATEWAY_ADMIN_AWAY:
    'The gateway’s admin listener is not known here or does not answer: see MILLRACE_GATEWAY_ADMIN_URL of dlq-replayer, and whether the gateway runs.',
} as const;

export type ReplayerErrorCode = keyof typeof replayerErrors;

/** A refusal that an operator sees: code, HTTP status and a sentence. */
export class OperatorError extends Refusal {
  override readonly name = 'OperatorError';

  constructor(
    code: ReplayerErrorCode,
    status: number,
    detail: string = replayerErrors[code],
    errors: readonly Fault[] = [],
  ) {
    super({ code, status, title: replayerErrors[code], detail, errors });
  }
}
