import { topics } from '@millrace/contracts';
import type { OutboundRecord } from '@millrace/messaging';
import { headersOf, keyOf, ticketReceived } from './payload.ts';

const keys = 5_000;

/** Encoded records to send over and over: what is measured is the sending. */
export const readyRecords = (topic: string): readonly OutboundRecord[] => {
  const prefix = Buffer.from([0, 0, 0, 0, 1]);
  return Array.from({ length: keys }, (_, index) => ({
    topic,
    key: keyOf(index, keys),
    value: Buffer.concat([prefix, topics.ticketsReceived.encode(ticketReceived(index, keys))]),
    headers: headersOf('ticket.received'),
  }));
};
