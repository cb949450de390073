import { createLogger } from '@millrace/service';
import { connectLedger, type Ledger, type LedgerOptions } from '../../src/index.ts';

export interface TestLedgers {
  readonly clock: { now: number };
  open(options?: Partial<LedgerOptions>): Promise<Ledger>;
  close(): Promise<unknown>;
}

/** Ledgers on one database, as several processes would have; all end with `close`. */
export function ledgersOn(url: string): TestLedgers {
  const opened: Ledger[] = [];
  const clock = { now: 1_800_000_000_000 };
  return {
    clock,
    open: async (options: Partial<LedgerOptions> = {}): Promise<Ledger> => {
      const ledger = connectLedger({
        url,
        schema: 'ingest_gateway',
        now: () => clock.now,
        logger: createLogger({ service: 'test', level: 'silent' }),
        probeEveryMs: 50,
        ...options,
      });
      opened.push(ledger);
      await ledger.open();
      return ledger;
    },
    close: () => Promise.all(opened.map((ledger) => ledger.close())),
  };
}

export async function until<T>(what: string, ask: () => Promise<T | false>, withinMs = 20_000): Promise<T> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; ) {
    const answer = await ask();
    if (answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
}
