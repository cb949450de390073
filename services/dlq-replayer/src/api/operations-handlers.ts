import type { OperatorEndpoints } from '@millrace/operator-api';
import type { HandlersOf } from '@millrace/operator-api/server';
import { OperatorError } from '../errors.ts';
import { listTopics, peekTopic, requireTopic } from '../topics/topics.ts';
import { traceEvent } from '../trace/trace.ts';
import type { ApiParts } from './api-parts.ts';

type Handlers = Pick<HandlersOf<OperatorEndpoints>, 'doctor' | 'topics' | 'trace'>;

const readMs = 30_000;

/** `/v1/trace`, `/v1/doctor`, `/v1/topics`. */
export function operationsHandlers(parts: ApiParts): Handlers {
  const { broker, indexer } = parts;
  const inTime = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(readMs)]);

  return {
    trace: {
      show: async ({ asked: { id }, access, signal }) => {
        const trace = await traceEvent(id, { ...parts, groups: indexer.groups() }, inTime(signal));
        const hops = trace.hops.filter(
          ({ topic, group }) => access.mayTopic(topic) && (group === undefined || access.mayGroup(group)),
        );
        if (hops.length === 0) throw new OperatorError('X_TRACE_UNKNOWN', 404);
        return { ...trace, hops };
      },
    },
    doctor: { examine: ({ signal }) => parts.doctor(inTime(signal)) },
    topics: {
      list: async ({ access }) => (await listTopics(broker)).filter(({ topic }) => access.mayTopic(topic)),
      offsets: async ({ asked: { topic } }) => {
        await requireTopic(topic, broker);
        const offsets = await broker.admin.offsets([topic]);
        return offsets.map(({ partition, earliest, latest }) => ({ partition, earliest, latest }));
      },
      peek: async ({ asked, signal }) => {
        const limit = inTime(signal);
        await requireTopic(asked.topic, broker);
        const detail = { limit: asked.limit, partition: asked.partition, key: asked.key };
        return { target: asked.topic, detail, act: () => peekTopic(asked, parts, limit) };
      },
    },
  };
}
