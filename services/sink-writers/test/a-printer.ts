import { type AnySink, defineSink } from '@millrace/connectors/kit/sink';
import { z } from 'zod';

/** A sink with a doubt that only a person can settle, as no vendor that we ship has: nobody can ask it what it printed. */
export const aPrinter = (print: (eventId: string, signal: AbortSignal) => Promise<void>): AnySink =>
  defineSink({
    name: 'printer',
    summary: 'Prints; nobody can ask it what it printed.',
    config: z.strictObject({}),
    inDoubt: 'dead-letter',
    deletions: { soft: 'nothing', permanent: 'nothing' },
    entities: 'any',
    rate: null,
    concurrency: 1,
    echoes: false,
    rehearse: () => ({ assumes: null }),
    open: () => ({
      write: async ({ eventId }, signal) => {
        await print(eventId, signal);
        return { outcome: 'delivered', destination: 'tray' };
      },
      close: async () => undefined,
    }),
  });
