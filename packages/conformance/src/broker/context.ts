import type { Broker, BrokerCapabilities, OutboundRecord } from '@millrace/messaging';

/** What a broker under the laws must be able to do beside its port. */
export interface BrokerHarness {
  /** A connection of its own, as another process would have. The laws close it. */
  connect(): Promise<Broker>;
  /** Begins every topic and group name that the laws make. */
  readonly namespace: string;
  /** Ends a connection as kill -9 would: nothing is flushed, committed or left. */
  crash(broker: Broker): Promise<void>;
  /** Makes this connection's members join again without any of them having left. Absent: those laws are skipped. */
  readonly rebalance?: (broker: Broker, group: string) => Promise<void>;
  /** Runs the log cleaner on a topic at once. Absent: the laws on gaps are skipped. */
  readonly compact?: (topic: string) => Promise<void>;
  dispose(): Promise<void>;
}

export interface BrokerUnderLaw {
  /** Declared, so that what is skipped is known before anything opens. Must equal the broker's own. */
  readonly capabilities: BrokerCapabilities;
  /** Declared likewise. */
  readonly can: { readonly rebalance: boolean; readonly compact: boolean };
  readonly make: () => Promise<BrokerHarness>;
}

/** What each group of laws works with. */
export interface BrokerLawContext {
  readonly subject: BrokerUnderLaw;
  broker(): Broker;
  harness(): BrokerHarness;
  /** A new topic's name, created. */
  topic(partitions?: number, config?: Readonly<Record<string, string>>): Promise<string>;
  /** A new group's name. */
  group(): string;
}

/** A record with nothing special about it. */
export function aRecord(topic: string, fields: Partial<OutboundRecord> = {}): OutboundRecord {
  return { topic, key: Buffer.from('k'), value: Buffer.from('v'), headers: [], ...fields };
}
