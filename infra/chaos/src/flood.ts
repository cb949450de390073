import { request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface FloodOptions {
  /** A webhook's address at the gateway. */
  readonly url: string;
  readonly forMs: number;
  readonly signal: AbortSignal;
}

/** How the gateway answered bodies that it had no memory for. */
export interface FloodAnswers {
  /** 503 and 429. */
  readonly shed: number;
  /** Of those, without saying when to come back. */
  readonly withoutRetryAfter: number;
  /** Status → answers of other kinds: 408 for a body that did not end in time. */
  readonly others: Readonly<Record<string, number>>;
}

/** Together half again as much as the gateway's default budget of 128 MiB holds. */
const connections = 40;
const bodyBytes = 5 * 1024 * 1024 - 1024;
/** The last bytes never come: what was sent stays in the gateway's memory until its time limit for bodies. */
const heldBack = 4 * 1024;
const chunk = Buffer.alloc(64 * 1024, 'a');

/** Holds the gateway's memory full with large bodies that do not end, each begun again when it was answered. */
export async function flood({ url, forMs, signal }: FloodOptions): Promise<FloodAnswers> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(forMs)]);
  const statuses = new Map<number, number>();
  let withoutRetryAfter = 0;
  const keepOne = async (): Promise<void> => {
    while (!ending.aborted) {
      const answer = await neverEnding(url, ending);
      if (answer !== null) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (isShed(answer.status) && answer.retryAfter === undefined) withoutRetryAfter += 1;
      }
      await wait(50);
    }
  };
  await Promise.all(Array.from({ length: connections }, keepOne));
  const counted = [...statuses];
  return {
    shed: counted.filter(([status]) => isShed(status)).reduce((sum, [, count]) => sum + count, 0),
    withoutRetryAfter,
    others: Object.fromEntries(counted.filter(([status]) => !isShed(status))),
  };
}

function isShed(status: number): boolean {
  return status === 503 || status === 429;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Null when the connection was cut, by the gateway or by the end of the flood. */
function neverEnding(url: string, signal: AbortSignal): Promise<Answer | null> {
  return new Promise((resolve) => {
    const sent = httpRequest(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: { 'content-type': 'application/json', 'content-length': bodyBytes },
    });
    const end = (answer: Answer | null): void => {
      resolve(answer);
      sent.destroy();
    };
    sent.once('response', ({ statusCode = 0, headers }) =>
      end({ status: statusCode, retryAfter: headers['retry-after'] }),
    );
    sent.once('error', () => end(null));
    sent.once('close', () => end(null));
    pour(sent);
  });
}

/** At the pace the other side reads. */
function pour(sent: ReturnType<typeof httpRequest>): void {
  let left = bodyBytes - heldBack;
  const more = (): void => {
    while (left > 0 && !sent.destroyed) {
      const next = chunk.subarray(0, Math.min(left, chunk.length));
      left -= next.length;
      if (!sent.write(next)) {
        sent.once('drain', more);
        return;
      }
    }
  };
  more();
}
