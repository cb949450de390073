import { afterEach, describe, expect, it } from '@jest/globals';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const nothing = (): void => undefined;
const logger = { debug: nothing, warn: nothing, error: nothing, info: nothing };
let queue: RequestQueue;

function aQueue(maxInFlightRequests: number): { sent: number[]; push(id: number): void } {
  const sent: number[] = [];
  queue = new RequestQueue({ maxInFlightRequests, requestTimeout: 30_000, enforceRequestTimeout: false, logger });
  return {
    sent,
    push: (correlationId) =>
      queue.push({
        entry: { correlationId, resolve: nothing, reject: nothing },
        expectResponse: true,
        sendRequest: () => sent.push(correlationId),
      }),
  };
}

afterEach(() => queue.destroy());

describe('patch: idle timer (P1)', () => {
  it('runs no timer when nothing is pending', () => {
    const { sent, push } = aQueue(5);
    push(1);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1]);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('still sends what had to wait for a place or for a throttle', async () => {
    const { sent, push } = aQueue(1);
    push(1);
    push(2);
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1, 2]);
    queue.throttledUntil = Date.now() + 30;
    queue.fulfillRequest({ correlationId: 2, payload: null, size: 0 });
    push(3);
    expect(sent).toEqual([1, 2]);
    while (sent.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toEqual([1, 2, 3]);
  });
});
