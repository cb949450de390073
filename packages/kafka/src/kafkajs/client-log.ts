import { type Logger, names } from '@millrace/service';
import type { LogEntry, logCreator } from 'kafkajs';

const error = 1;
const warn = 2;
const info = 4;
/** What our own cutting of a socket is called in the client's log. */
export const cutByOwner = 'cut by its owner';
const ownDoing = new RegExp(`${cutByOwner}|write after end|socket has been ended`);
const quietMs = 10_000;

/**
 * The client's log on ours. What it calls an error is a retry nearly always and says nothing of records lost, so it is a
 * warning here, and one that repeats is written once in ten seconds: an outage is one line, not thousands.
 */
export function clientLog(logger: Logger, now: () => number): logCreator {
  const last = new Map<string, number>();
  return () =>
    ({ namespace, level, log }: LogEntry) => {
      if (level > info && !logger.isLevelEnabled('trace')) return;
      if (ownDoing.test(log.message)) return;
      const { message, timestamp: _, logger: __, stack: ___, ...fields } = log;
      if (level === error || level === warn) {
        const key = `${namespace}: ${message}`;
        const time = now();
        if (time - (last.get(key) ?? -Infinity) < quietMs) return;
        if (last.size > 500) last.clear();
        last.set(key, time);
        logger.warn({ client: namespace, said: message, ...scalars(fields) }, names.logs.kafka.clientProblem);
      } else {
        logger.trace({ client: namespace, said: message }, names.logs.kafka.clientReport);
      }
    };
}

// Buffers, nested payloads and errors of the client stay out of the log.
const scalars = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
  );
