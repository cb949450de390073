import { connectLedger } from '@millrace/ledger';
import { createLogger } from '@millrace/service';
import { startMeter } from '../meter.ts';
import type { SubjectRun } from '../subject.ts';

export type LedgerWork = 'effects' | 'outcomes';

export interface LedgerRequest {
  readonly postgresUrl: string;
  readonly schema: string;
  readonly work: LedgerWork;
  readonly callers: number;
  readonly records: number;
  readonly outcomeBytes: number;
}

/** Callers that each take one record after the other, as the handlers of a pipeline do. */
export const run: SubjectRun<LedgerRequest> = async (request) => {
  const { postgresUrl: url, schema, work, callers, records, outcomeBytes } = request;
  const ledger = connectLedger({
    ...{ url, schema, now: Date.now, logger: createLogger({ service: 'bench', level: 'error' }) },
  });
  await ledger.open();
  const faults: string[] = [];
  const bytes = Buffer.alloc(outcomeBytes, 'o');
  const steps: Readonly<Record<LedgerWork, (id: string) => Promise<void>>> = {
    effects: async (id) => {
      const place = { key: `zendesk:${id}`, sequence: '001795169527672-0000000000000000042', generation: 0 };
      const { key, ...rest } = place;
      const note = { correlationid: id, entity: 'tickets', id: key, ...rest };
      if ((await ledger.effects.begin('tickets.bench', id, place)) !== 'fresh') faults.push(`${id} was begun before`);
      await ledger.effects.done('tickets.bench', id, { detail: 'ticket 7', note });
    },
    outcomes: async (id) => {
      const key = { stage: 'classify', inputId: id, generation: 0 };
      if ((await ledger.outcomes.find(key)) !== null) faults.push(`${id} was known`);
      const stored = await ledger.outcomes.record(key, bytes);
      if (!stored.equals(bytes)) faults.push(`${id} is another’s`);
    },
  };
  let next = 0;
  const call = async (): Promise<void> => {
    for (let at = next++; at < records; at = next++) await steps[work](`event-${at}`);
  };
  const meter = startMeter();
  await Promise.all(Array.from({ length: callers }, call));
  const cost = meter.stop();
  await ledger.close();
  return { ...cost, records, faults: faults.slice(0, 5) };
};
