/**
 * A record's time as the port has it. Kafka's is any number of 64 bits, and nobody checks one that lies in the past: what a
 * number cannot hold exactly reads as the furthest that one can, so that it stays a whole number wherever it is written.
 */
export function recordTime(stated: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, stated));
}
