import { type RecordType, recordType } from './codec.ts';

/** One topic: its name, what its values are, and how they are read and written. Made only by the generator. */
export interface Topic<T> extends RecordType<T> {
  readonly name: string;
  /** Subject in the schema registry. */
  readonly subject: string;
  /** CloudEvents type of what stands there: `ticket.received`. */
  readonly type: string;
  /** Partitions of an installation that does not say otherwise. */
  readonly partitions: number;
}

export interface TopicDeclaration {
  readonly name: string;
  readonly type: string;
  readonly partitions: number;
  readonly schema: object;
}

export function defineTopic<T>({ name, type, partitions, schema }: TopicDeclaration): Topic<T> {
  // Assigned onto the record type, because a spread would read its `avsc` getter now.
  return Object.assign(recordType<T>(schema), { name, subject: `${name}-value`, type, partitions });
}

/** A topic of another name that holds the same records: flows beside the entity's own have such. */
export function topicLike<T>(topic: Topic<T>, name: string): Topic<T> {
  if (name === topic.name) return topic;
  return defineTopic<T>({ name, type: topic.type, partitions: topic.partitions, schema: topic.schema });
}
