import type { Producer } from '../broker.ts';

/** A producer whose records go another way; both of its ways are that one. */
export const sendingBy = (producer: Producer, send: Producer['send']): Producer => ({
  flush: () => producer.flush(),
  close: () => producer.close(),
  send,
  deliver: (record, report, signal) => {
    send(record, signal).then(
      (position) => report.onAcknowledged(position),
      (error: unknown) => report.onFailed(error),
    );
  },
});
