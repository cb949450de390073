import { topics } from '@millrace/contracts';
import { connectKafka, type KafkaBroker } from '@millrace/kafka';
import { type InboundRecord, readDeadLetter, readIdentity } from '@millrace/messaging';
import { createLogger } from '@millrace/service';

export interface DeadLetter {
  readonly id: string;
  readonly group: string;
  readonly code: string;
  readonly message: string;
  readonly correlationid: string | null;
}

/** What the topics tell of how records ended, read on from where the last look stopped. */
export interface Outcomes {
  /** Reads what is new. */
  read(): Promise<void>;
  /** What became of it on that route, by the newest word; undefined when nothing was said. */
  outcomeOf(route: string, correlationid: string): string | undefined;
  deadLetters(): readonly DeadLetter[];
  close(): Promise<void>;
}

/** A standard value begins with the magic byte and the schema's id; bare Avro follows. */
const wireHeaderBytes = 5;

export function openOutcomes(brokers: readonly string[]): Outcomes {
  const broker = connectKafka({
    brokers,
    clientId: 'chaos-audit',
    logger: createLogger({ service: 'chaos', level: 'silent' }),
  });
  const outcomes = new Map<string, string>();
  const deadLetters = new Map<string, DeadLetter>();
  const next = new Map<string, number>();

  const take = (record: InboundRecord): void => {
    if (record.topic === topics.deliveriesCompleted.name) {
      if (record.value === null) return;
      const { route, outcome } = topics.deliveriesCompleted.decode(record.value.subarray(wireHeaderBytes));
      outcomes.set(`${route} ${correlationOf(record) ?? ''}`, outcome);
      return;
    }
    const facts = readDeadLetter(record.headers);
    if (facts === null) return;
    const { id, group, errorCode: code, errorMessage: message } = facts;
    // A crash may write one dead letter twice, under one id.
    deadLetters.set(id, { id, group, code, message, correlationid: correlationOf(record) });
  };

  return {
    async read() {
      for await (const record of unread(broker, next)) {
        take(record);
        next.set(`${record.topic} ${record.partition}`, record.offset + 1);
      }
    },
    outcomeOf: (route, correlationid) => outcomes.get(`${route} ${correlationid}`),
    deadLetters: () => [...deadLetters.values()],
    close: () => broker.close(),
  };
}

async function* unread(broker: KafkaBroker, next: ReadonlyMap<string, number>): AsyncIterable<InboundRecord> {
  const all = (await broker.admin.describeTopics()).map(({ name }) => name);
  const offsets = await broker.admin.offsets([
    topics.deliveriesCompleted.name,
    ...all.filter((name) => name.startsWith('dlq.')),
  ]);
  const ranges = offsets.map(({ topic, partition, earliest, latest }) => ({
    topic,
    partition,
    from: Math.max(earliest, next.get(`${topic} ${partition}`) ?? 0),
    to: latest,
  }));
  yield* broker.readRanges(ranges.filter(({ from, to }) => from < to));
}

function correlationOf({ headers }: InboundRecord): string | null {
  return readIdentity(headers)?.correlationid ?? null;
}
