import { DeliveryError, type Disposition, deadLetter, halt } from '@millrace/messaging';

const where = (topic: string, partition: number): string => `${topic}/${partition}`;

export const closedProducer = (topic: string, ambiguous: boolean): DeliveryError =>
  new DeliveryError('X_DELIVERY_CLOSED', `${topic}: the producer is closed`, { ambiguous });

export const bufferFull = (waiting: number, limit: number): DeliveryError =>
  new DeliveryError('X_DELIVERY_BUFFER_FULL', `${waiting} bytes already wait for Kafka, ${limit} may`, {
    ambiguous: false,
    unavailable: true,
  });

export const abandoned = (topic: string, ambiguous: boolean, signal: AbortSignal): DeliveryError =>
  new DeliveryError('X_DELIVERY_FAILED', `${topic}: the caller gave up before Kafka answered`, {
    ambiguous,
    cause: signal.reason,
  });

export const expired = (topic: string, limitMs: number, reason: string, ambiguous: boolean): DeliveryError =>
  new DeliveryError('X_DELIVERY_FAILED', `${topic}: not acknowledged in ${limitMs} ms (${reason})`, {
    ambiguous,
    unavailable: true,
  });

export const noSuchPartition = (topic: string, partition: number, count: number): DeliveryError =>
  new DeliveryError('X_DELIVERY_REFUSED', `${topic} has ${count} partitions, none is number ${partition}`, {
    ambiguous: false,
    disposition: deadLetter,
  });

export const noBytes = (topic: string, field: string): DeliveryError =>
  new DeliveryError('X_DELIVERY_REFUSED', `${topic}: ${field} is neither bytes nor null`, {
    ambiguous: false,
    disposition: deadLetter,
  });

export const refusedTopic = (topic: string, cause: Error): DeliveryError =>
  new DeliveryError('X_DELIVERY_REFUSED', `${topic}: ${cause.message}`, { ambiguous: false, disposition: halt, cause });

export const refusedRecord = (
  topic: string,
  partition: number,
  reason: string,
  disposition: Disposition,
): DeliveryError =>
  new DeliveryError('X_DELIVERY_REFUSED', `${where(topic, partition)}: ${reason}`, { ambiguous: false, disposition });
