import { setTimeout as pause } from 'node:timers/promises';
import { type Source, signRequest } from '@millrace/connectors';
import type { Sample } from './make-sample.ts';

export interface SendOptions {
  readonly url: string;
  readonly definition: Source;
  readonly secret: string;
  readonly signal: AbortSignal;
}

const longestPauseMs = 10_000;

/**
 * Sends as the vendor would: signed anew at each try, and again while the answer is a fault of the receiver's.
 * Resolves with the status that settled it.
 */
export const sendSample = async (sample: Sample, { url, definition, secret, signal }: SendOptions): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    const { status, retryAfterMs } = await trySample(sample, { url, definition, secret, signal });
    if (status !== undefined && status < 500 && status !== 429 && status !== 408) return status;
    await pause(Math.min(retryAfterMs ?? 250 * 2 ** tries, longestPauseMs), undefined, { signal });
  }
};

const trySample = async (sample: Sample, { url, definition, secret, signal }: SendOptions): Promise<{ readonly status?: number; readonly retryAfterMs?: number }> => {
  const body = Buffer.from(sample.body);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sample.headers, ...signRequest(definition.verification, { secret, body, now: Date.now(), headers: sample.headers }) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(definition.senderDeadlineMs)]),
    });
    await response.arrayBuffer();
    const wait = Number(response.headers.get('retry-after'));
    return { status: response.status, ...(wait > 0 ? { retryAfterMs: wait * 1_000 } : {}) };
  } catch {
    signal.throwIfAborted();
    return {};
  }
};
