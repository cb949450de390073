/** What a leader's error code for one partition means for its batch. */
export type AnswerMeaning =
  | 'written'
  /** Ask for the leader again and resend. */
  | 'moved'
  /** Perhaps written, perhaps not for long; resend. */
  | 'doubtful'
  /** Something in the batch will never be taken; the rest may. */
  | 'poisoned'
  /** Nothing of ours will be taken here. */
  | 'refused';

export interface KnownCode {
  readonly name: string;
  readonly meaning: AnswerMeaning;
  /** A leader may append, lose the lead before its replicas have it, and answer that it is none. */
  readonly perhapsWritten?: true;
}

const codes: Readonly<Record<number, KnownCode>> = {
  0: { name: 'NONE', meaning: 'written' },
  2: { name: 'CORRUPT_MESSAGE', meaning: 'moved' },
  3: { name: 'UNKNOWN_TOPIC_OR_PARTITION', meaning: 'moved' },
  5: { name: 'LEADER_NOT_AVAILABLE', meaning: 'moved' },
  6: { name: 'NOT_LEADER_OR_FOLLOWER', meaning: 'moved', perhapsWritten: true },
  7: { name: 'REQUEST_TIMED_OUT', meaning: 'doubtful' },
  8: { name: 'BROKER_NOT_AVAILABLE', meaning: 'moved' },
  9: { name: 'REPLICA_NOT_AVAILABLE', meaning: 'moved' },
  10: { name: 'MESSAGE_TOO_LARGE', meaning: 'poisoned' },
  13: { name: 'NETWORK_EXCEPTION', meaning: 'doubtful' },
  17: { name: 'INVALID_TOPIC_EXCEPTION', meaning: 'refused' },
  18: { name: 'RECORD_LIST_TOO_LARGE', meaning: 'poisoned' },
  19: { name: 'NOT_ENOUGH_REPLICAS', meaning: 'moved' },
  20: { name: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', meaning: 'doubtful' },
  29: { name: 'TOPIC_AUTHORIZATION_FAILED', meaning: 'refused' },
  31: { name: 'CLUSTER_AUTHORIZATION_FAILED', meaning: 'refused' },
  32: { name: 'INVALID_TIMESTAMP', meaning: 'poisoned' },
  43: { name: 'UNSUPPORTED_FOR_MESSAGE_FORMAT', meaning: 'refused' },
  44: { name: 'POLICY_VIOLATION', meaning: 'poisoned' },
  56: { name: 'KAFKA_STORAGE_ERROR', meaning: 'moved', perhapsWritten: true },
  74: { name: 'FENCED_LEADER_EPOCH', meaning: 'moved', perhapsWritten: true },
  75: { name: 'UNKNOWN_LEADER_EPOCH', meaning: 'moved', perhapsWritten: true },
  76: { name: 'UNSUPPORTED_COMPRESSION_TYPE', meaning: 'refused' },
  87: { name: 'INVALID_RECORD', meaning: 'poisoned' },
};

/** A partition that was sent and that the answer leaves out. */
export const unmentioned: KnownCode = { name: 'the answer leaves this partition out', meaning: 'doubtful' };

/** Total: a code of a newer broker is doubtful, so it is tried again until the delivery budget ends, and never passed off as written. */
export function answerMeaning(code: number): KnownCode {
  return codes[code] ?? { name: `error ${code}`, meaning: 'doubtful' };
}
