import { accessProblem } from '../access/access-problem.ts';
import { classifyClientFailure } from '../errors.ts';
import { type TopicShape, TransportError, type TransportFailure } from './produce-transport.ts';

export interface TopicShapesOptions {
  /** Asks the cluster who leads each partition. */
  readonly locate: (topic: string) => Promise<ReadonlyMap<number, number>>;
  readonly maxMessageBytes: (topic: string) => Promise<number>;
  /** Before the failure is told, so that the next question is put elsewhere. */
  readonly onFailed: () => void;
}

/** `ProduceTransport.topic` over either client. A topic's limit is asked once. */
export function topicShapes({
  locate,
  maxMessageBytes,
  onFailed,
}: TopicShapesOptions): (name: string) => Promise<TopicShape> {
  const limits = new Map<string, number>();
  return async (name) => {
    try {
      const leaders = await locate(name);
      const limit = limits.get(name) ?? (await maxMessageBytes(name));
      limits.set(name, limit);
      return { partitions: leaders.size, maxMessageBytes: limit };
    } catch (error) {
      onFailed();
      throw transportError(error, false);
    }
  };
}

/** What a client's failure means to the accumulator. */
export function transportError(error: unknown, ambiguous: boolean): TransportError {
  const message = accessProblem(error)?.message ?? (Error.isError(error) ? error.message : String(error));
  return new TransportError(message, { failure: failureOf(error), ambiguous, cause: error });
}

function failureOf(error: unknown): TransportFailure {
  const failure = classifyClientFailure(error);
  if (failure === 'moved' || failure === 'shut-out') return 'unavailable';
  return failure === 'not-in-group' || failure === 'fenced' ? 'unexpected' : failure;
}
