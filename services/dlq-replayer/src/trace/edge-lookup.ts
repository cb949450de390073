import type { RecordPosition } from '@millrace/messaging';
import { z } from 'zod';

/** What the gateway remembers of an event that it accepted. */
export interface Edge {
  readonly receivedAt: number;
  /** Null when the gateway does not know where it was written. */
  readonly position: RecordPosition | null;
}

export interface EdgeLookup {
  /** Null when the gateway does not know the id, does not answer, or is not configured. */
  find(id: string, signal: AbortSignal): Promise<Edge | null>;
}

const answer = z.object({
  receivedAt: z.union([z.number(), z.iso.datetime().transform((text) => Date.parse(text))]),
  position: z.object({ topic: z.string(), partition: z.number(), offset: z.number() }).nullish(),
});

const timeoutMs = 3_000;

/** Asks the gateway's admin listener; `unknown` for every failure, because a trace can do without. */
export function createEdgeLookup(options: {
  readonly adminUrl: string | undefined;
  readonly token: string;
}): EdgeLookup {
  const { adminUrl, token } = options;
  return {
    find: async (id, signal) => {
      if (adminUrl === undefined) return null;
      try {
        const response = await fetch(new URL(`/admin/v1/events/${encodeURIComponent(id)}`, adminUrl), {
          headers: { authorization: `Bearer ${token}` },
          redirect: 'error',
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        if (!response.ok) return null;
        const parsed = answer.safeParse(await response.json());
        return parsed.success ? { receivedAt: parsed.data.receivedAt, position: parsed.data.position ?? null } : null;
      } catch {
        return null;
      }
    },
  };
}
