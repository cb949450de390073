import type { Handler, Middleware } from '../pipeline.ts';
import { isClaimChecked } from './claim-check.ts';

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Bounds the bodies that are in memory at once. What a record left elsewhere is no part of what the pipeline counts, and
 * hundreds of handlers with such a body each are more than a process has. First come, first served; one that is larger than
 * the bound goes alone. Whoever waits is aborted like whoever runs.
 */
export function boundBodies({ maxBytes }: { readonly maxBytes: number }): Middleware {
  const waiting: Waiting[] = [];
  let held = 0;

  const next = (): void => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      if (held > 0 && held + first.bytes > maxBytes) return;
      waiting.shift();
      held += first.bytes;
      first.admit();
    }
  };
  const take = (bytes: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        waiting.splice(waiting.indexOf(one), 1);
        reject(signal.reason);
        next();
      };
      const one = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      waiting.push(one);
      next();
    });

  return <T>(handle: Handler<T>): Handler<T> =>
    (envelope, signal) => {
      const { data } = envelope;
      if (!isClaimChecked(data)) return handle(envelope, signal);
      const bytes = Math.max(0, data.bodyRef.bytes);
      return take(bytes, signal).then(async () => {
        try {
          return await handle(envelope, signal);
        } finally {
          held -= bytes;
          next();
        }
      });
    };
}
