import { CodedError, type Disposition, deadLetter, halt, isCodedError, type Refusal, retry } from '@millrace/messaging';
import { sinkLaws } from '../src/sink-laws.ts';
import type { DeliveryFacts, SinkFault, SinkShape } from '../src/sink-under-law.ts';

interface Row extends DeliveryFacts {}

/** A table: upserts guarded by age, effects counted. */
function openTable() {
  const rows = new Map<string, Row>();
  const effects = new Map<string, number>();
  const events = new Set<string>();
  let fault: SinkFault | null = null;
  let refused: string | null = null;
  const error = (disposition: Disposition, more: { unavailable?: boolean; refusal?: Refusal } = {}): CodedError =>
    new CodedError('X_TABLE_FAILED', 'the table did not take the row', { disposition, step: 'effect', ...more });
  const everyone = { scope: 'everyone', answer: 'no' } as const;
  const failing: Record<Exclude<SinkFault, 'hanging'>, CodedError> = {
    unavailable: error(retry(), { unavailable: true }),
    'rate-limited': error(retry(2_000), { refusal: everyone }),
    'server-error': error(retry()),
    unauthorised: error(halt, { refusal: everyone }),
    rejected: error(deadLetter, { refusal: { scope: 'record', answer: 'no' } }),
  };
  const sink: SinkShape<DeliveryFacts> = {
    async write(delivery, signal) {
      if (fault === 'hanging') {
        await new Promise((_, reject) => {
          const giveUp = () => reject(error(retry()));
          if (signal.aborted) giveUp();
          signal.addEventListener('abort', giveUp);
        });
      } else if (fault !== null) throw failing[fault];
      if (delivery.content === refused) throw failing.rejected;
      const known = rows.get(delivery.key);
      const destination = `table row ${delivery.key}`;
      if (events.has(delivery.eventId)) return { outcome: 'unchanged', destination };
      const isOlder =
        known !== undefined &&
        (delivery.generation < known.generation ||
          (delivery.generation === known.generation && delivery.at <= known.at));
      if (isOlder) return { outcome: 'superseded', destination };
      rows.set(delivery.key, delivery.deletion === 'soft' ? { ...delivery, content: known?.content ?? '' } : delivery);
      events.add(delivery.eventId);
      effects.set(delivery.eventId, (effects.get(delivery.eventId) ?? 0) + 1);
      return { outcome: 'delivered', destination };
    },
    writeBatch: (deliveries, signal) =>
      Promise.all(
        deliveries.map((delivery) =>
          sink.write(delivery, signal).catch((thrown: unknown) => {
            if (isCodedError(thrown) && thrown.disposition.kind === 'dead-letter') return thrown;
            throw thrown;
          }),
        ),
      ),
    probe: async (delivery) => events.has(delivery.eventId),
    close: async () => undefined,
  };
  const rehearse = () => {
    const requests: { readonly purpose: string; readonly row: Row }[] = [];
    const dry: SinkShape<DeliveryFacts> = {
      ...sink,
      write: async (row) => {
        requests.push({ purpose: 'writes', row });
        return { outcome: 'delivered', destination: `table row ${row.key}` };
      },
    };
    return { sink: dry, shown: () => requests };
  };
  return {
    sink,
    rehearse,
    delivery: (facts: DeliveryFacts) => facts,
    readBack: async (key: string) => {
      const row = rows.get(key);
      return row === undefined || row.deletion === 'permanent' ? null : row.content;
    },
    readDeletion: async (key: string) => rows.get(key)?.deletion ?? null,
    effects: async (eventId: string) => effects.get(eventId) ?? 0,
    refuseContent: async (content: string) => {
      refused = content;
    },
    fail: async (next: SinkFault) => {
      fault = next;
    },
    heal: async () => {
      fault = null;
    },
    secrets: ['hunter2'],
    dispose: async () => undefined,
  };
}

for (const inDoubt of ['transactional', 'probe'] as const) {
  sinkLaws<DeliveryFacts>({
    definition: {
      ...{ name: `a table that is ${inDoubt}`, inDoubt, batch: { maxItems: 10 } },
      deletions: { soft: 'marks', permanent: 'erases' },
    },
    supersedes: true,
    faults: ['unavailable', 'rate-limited', 'server-error', 'unauthorised', 'rejected', 'hanging'],
    make: async () => openTable(),
  });
}
