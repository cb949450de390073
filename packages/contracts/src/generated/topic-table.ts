// Made by `npm run generate` from schemas/. Do not edit.
/** The tiers that a failing record passes, in their order; each is named for how long it waits there. */
export type RetryTier = '1m' | '10m' | '1h';
export const retryWaitsMs: Readonly<Record<RetryTier, number>> = { '1m': 60000, '10m': 600000, '1h': 3600000 };

export interface TopicTableRow {
  readonly name: string;
  readonly partitions: number | 'scaled';
  readonly retention: string;
  readonly cleanup: string;
  readonly stamped: 'event' | 'written';
}
export interface TopicTemplate {
  readonly name: string;
  readonly tiers?: readonly string[];
  readonly partitions: 'scaled';
  readonly retention: string;
  readonly cleanup: string;
  readonly extraBytes: number;
}

/** schemas/topics.yaml, expanded. */
export const topicTable: {
  readonly partitions: number;
  readonly maxMessageBytes: number;
  readonly topics: readonly TopicTableRow[];
  readonly templates: Readonly<Record<'retry' | 'dlq' | 'lane', TopicTemplate>>;
} = {
  partitions: 4,
  maxMessageBytes: 8388608,
  topics: [
    { name: 'webhooks.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'deliveries.completed.v1', partitions: 'scaled', retention: '30d', cleanup: 'delete', stamped: 'event' },
    { name: 'transformations.recorded.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'event' },
    { name: 'reference.rows.v1', partitions: 'scaled', retention: 'forever', cleanup: 'compact', stamped: 'event' },
    { name: 'ops.control', partitions: 1, retention: 'forever', cleanup: 'compact', stamped: 'event' },
    { name: 'ops.audit', partitions: 1, retention: '400d', cleanup: 'delete', stamped: 'event' },
    { name: 'ops.pipelines', partitions: 1, retention: 'forever', cleanup: 'compact', stamped: 'written' },
    { name: 'ops.flows', partitions: 1, retention: 'forever', cleanup: 'compact', stamped: 'event' },
    { name: 'ops.replay.job', partitions: 1, retention: 'forever', cleanup: 'compact', stamped: 'event' },
    { name: 'ops.replay.ack', partitions: 'scaled', retention: '30d', cleanup: 'delete', stamped: 'event' },
    { name: 'ops.dlq.status', partitions: 'scaled', retention: 'forever', cleanup: 'compact', stamped: 'event' },
    { name: 'tickets.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'tickets.enriched.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'tickets.classified.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'issues.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'issues.enriched.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'issues.classified.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'messages.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'messages.enriched.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'messages.classified.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'transactions.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'transactions.enriched.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    {
      name: 'transactions.classified.v1',
      partitions: 'scaled',
      retention: '7d',
      cleanup: 'delete',
      stamped: 'written',
    },
    { name: 'leads.received.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'leads.enriched.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
    { name: 'leads.classified.v1', partitions: 'scaled', retention: '7d', cleanup: 'delete', stamped: 'written' },
  ],
  templates: {
    retry: {
      name: 'retry.<group>.<tier>',
      tiers: ['1m', '10m', '1h'],
      partitions: 'scaled',
      retention: '30d',
      cleanup: 'delete',
      extraBytes: 65536,
    },
    dlq: { name: 'dlq.<group>', partitions: 'scaled', retention: '30d', cleanup: 'delete', extraBytes: 65536 },
    lane: { name: 'lane.<group>', partitions: 'scaled', retention: '30d', cleanup: 'delete', extraBytes: 65536 },
  },
};
