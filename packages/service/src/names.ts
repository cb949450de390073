/**
 * Every metric, label and log sentence of Millrace, in one tree: dashboards, alerts and tests refer to these and nothing else.
 * Labels are bounded (a topic, a group, a code), never an id.
 */

export interface MetricName<Kind extends 'counter' | 'gauge' | 'histogram', Label extends string> {
  readonly kind: Kind;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Histograms only: which bounds (`metrics.ts`). */
  readonly buckets?: 'seconds' | 'sizes' | 'ratio';
  /** A label whose values only events bring. Every other metric shows its series, at 0, from the boot on. */
  readonly dynamic?: true;
}

/** The names themselves. `names.metrics.<area>.<what>`, `names.logs.<area>.<what>`. */
// biome-ignore format: one row per name reads as the table it is
export const names = {
  metrics: {
    gateway: {
      requests: { kind: 'counter', name: 'millrace_gateway_requests_total', help: 'Requests by their one outcome', labels: ['source', 'outcome', 'reason'] },
      requestSeconds: { kind: 'histogram', name: 'millrace_gateway_request_seconds', help: 'From the first byte to the answer', labels: ['source', 'outcome'], buckets: 'seconds' },
      bodyBytes: { kind: 'counter', name: 'millrace_gateway_body_bytes_total', help: 'Body bytes accepted', labels: ['source'] },
      inFlight: { kind: 'gauge', name: 'millrace_gateway_in_flight_requests', help: 'Requests being answered', labels: [] },
      inFlightBytes: { kind: 'gauge', name: 'millrace_gateway_in_flight_bytes', help: 'Body bytes held in memory', labels: [] },
    },
    pipeline: {
      records: { kind: 'counter', name: 'millrace_pipeline_records_total', help: 'Records finished, by outcome (emitted, delivered, filtered, superseded, retried, dead_lettered, discarded)', labels: ['group', 'outcome'] },
      errors: { kind: 'counter', name: 'millrace_pipeline_errors_total', help: 'Failed attempts by code and disposition', labels: ['group', 'code', 'disposition'], dynamic: true },
      drops: { kind: 'counter', name: 'millrace_pipeline_drops_total', help: 'Records that wrote nothing', labels: ['group', 'reason', 'intentional'], dynamic: true },
      handleSeconds: { kind: 'histogram', name: 'millrace_pipeline_handle_seconds', help: 'Time inside the handler', labels: ['group'], buckets: 'seconds' },
      eventAgeSeconds: { kind: 'histogram', name: 'millrace_pipeline_event_age_seconds', help: 'From event time to finished', labels: ['group'], buckets: 'seconds' },
      receiptAgeSeconds: { kind: 'histogram', name: 'millrace_pipeline_receipt_age_seconds', help: 'From the record being written to finished', labels: ['group'], buckets: 'seconds' },
      lagRecords: { kind: 'gauge', name: 'millrace_pipeline_lag_records', help: 'Records written and not yet finished', labels: ['group', 'topic'] },
      lagSeconds: { kind: 'gauge', name: 'millrace_pipeline_lag_seconds', help: 'Age of the oldest unfinished record', labels: ['group', 'topic'] },
      inFlight: { kind: 'gauge', name: 'millrace_pipeline_in_flight_records', help: 'Handlers running', labels: ['group'] },
      queuedRecords: { kind: 'gauge', name: 'millrace_pipeline_queued_records', help: 'Records accepted and not started', labels: ['group'] },
      queuedBytes: { kind: 'gauge', name: 'millrace_pipeline_queued_bytes', help: 'Bytes accepted and not started', labels: ['group'] },
      pausedPartitions: { kind: 'gauge', name: 'millrace_pipeline_paused_partitions', help: 'Partitions paused, by cause (backpressure, window, tier, breaker, halt, drain)', labels: ['group', 'cause'] },
      heldKeys: { kind: 'gauge', name: 'millrace_pipeline_held_keys', help: 'Keys whose records are held behind a dead letter', labels: ['group'] },
      delayedKeys: { kind: 'gauge', name: 'millrace_pipeline_delayed_keys', help: 'Keys whose records wait because their destination limits these alone', labels: ['group'] },
      batchRecords: { kind: 'histogram', name: 'millrace_pipeline_batch_records', help: 'Records per fetched batch', labels: ['group'], buckets: 'sizes' },
      state: { kind: 'gauge', name: 'millrace_pipeline_state', help: '1 for the state the pipeline is in (running, halted, open)', labels: ['group', 'state'] },
      breakerState: { kind: 'gauge', name: 'millrace_pipeline_breaker_state', help: '1 for the state the breaker is in (closed, open, half-open); a pipeline without a breaker is closed', labels: ['group', 'state'] },
      breakerTransitions: { kind: 'counter', name: 'millrace_pipeline_breaker_transitions_total', help: 'Breaker changes by the state entered', labels: ['group', 'state'] },
      rebalances: { kind: 'counter', name: 'millrace_pipeline_rebalances_total', help: 'Assignments received', labels: ['group'] },
      retentionHeadroomSeconds: { kind: 'gauge', name: 'millrace_pipeline_retention_headroom_seconds', help: 'Retention less the age of the oldest unfinished record', labels: ['group', 'topic'] },
    },
    producer: {
      records: { kind: 'counter', name: 'millrace_producer_records_total', help: 'Records that every in-sync replica has', labels: [] },
      errors: { kind: 'counter', name: 'millrace_producer_errors_total', help: 'Records refused or given up, by code', labels: ['code'] },
      sendSeconds: { kind: 'histogram', name: 'millrace_producer_send_seconds', help: 'From send to acknowledged, of the oldest record of each batch', labels: [], buckets: 'seconds' },
      batchRecords: { kind: 'histogram', name: 'millrace_producer_batch_records', help: 'Records per acknowledged batch', labels: [], buckets: 'sizes' },
      requests: { kind: 'counter', name: 'millrace_producer_requests_total', help: 'Requests to leaders; each may carry batches of several partitions', labels: [] },
      retries: { kind: 'counter', name: 'millrace_producer_retries_total', help: 'Batches sent again', labels: [] },
      recycles: { kind: 'counter', name: 'millrace_producer_recycles_total', help: 'Times that all connections were replaced after a request without a clear answer', labels: [] },
      queuedRecords: { kind: 'gauge', name: 'millrace_producer_queued_records', help: 'Records accepted and not acknowledged', labels: [] },
      queuedBytes: { kind: 'gauge', name: 'millrace_producer_queued_bytes', help: 'Bytes accepted and not acknowledged', labels: [] },
    },
    ledger: {
      statements: { kind: 'counter', name: 'millrace_ledger_statements_total', help: 'Statements by kind and outcome (ok, error)', labels: ['kind', 'outcome'] },
      batchRows: { kind: 'histogram', name: 'millrace_ledger_batch_rows', help: 'Rows per group-committed statement', labels: ['kind'], buckets: 'sizes' },
      statementSeconds: { kind: 'histogram', name: 'millrace_ledger_statement_seconds', help: 'Time per statement', labels: ['kind'], buckets: 'seconds' },
      pruned: { kind: 'counter', name: 'millrace_ledger_pruned_rows_total', help: 'Rows removed after their window', labels: ['kind'] },
    },
    tokens: {
      renewals: { kind: 'counter', name: 'millrace_token_renewals_total', help: 'Requests for a new token of a connection by what came of them (renewed, failed, over)', labels: ['connection', 'outcome'] },
      needsAuthorisation: { kind: 'gauge', name: 'millrace_token_needs_authorisation', help: '1 for a connection that an operator has to authorise again', labels: ['connection'] },
    },
    classifier: {
      judgements: { kind: 'counter', name: 'millrace_classifier_judgements_total', help: 'Judgements by decision', labels: ['flow', 'task', 'decision'] },
      confidence: { kind: 'histogram', name: 'millrace_classifier_confidence', help: 'Confidence of the top label', labels: ['flow', 'task'], buckets: 'ratio' },
      inferenceSeconds: { kind: 'histogram', name: 'millrace_classifier_inference_seconds', help: 'Time per judgement', labels: ['task', 'mode'], buckets: 'seconds' },
      masked: { kind: 'counter', name: 'millrace_classifier_masked_values_total', help: 'Values masked before a model could see them', labels: ['detector'] },
    },
    enricher: {
      lookups: { kind: 'counter', name: 'millrace_enricher_lookups_total', help: 'Lookups by result (hit, miss)', labels: ['table', 'result'] },
      tableRows: { kind: 'gauge', name: 'millrace_enricher_table_rows', help: 'Reference rows held', labels: ['table'] },
    },
    sink: {
      deliveries: { kind: 'counter', name: 'millrace_sink_deliveries_total', help: 'Deliveries by outcome', labels: ['route', 'sink', 'outcome'] },
      deliverySeconds: { kind: 'histogram', name: 'millrace_sink_delivery_seconds', help: 'Time per delivery at the destination', labels: ['route', 'sink'], buckets: 'seconds' },
      rateLimited: { kind: 'counter', name: 'millrace_sink_rate_limited_total', help: 'Answers that asked us to wait', labels: ['route', 'sink'] },
      inDoubt: { kind: 'counter', name: 'millrace_sink_in_doubt_total', help: 'Effects found started and not done, by what followed', labels: ['route', 'resolution'] },
      selfCaused: { kind: 'counter', name: 'millrace_sink_self_caused_updates_total', help: 'Updates caused by our own writes', labels: ['route'] },
    },
    replay: {
      deadLetters: { kind: 'gauge', name: 'millrace_replay_dead_letters', help: 'Dead letters in the index by status', labels: ['group', 'status'] },
      indexed: { kind: 'counter', name: 'millrace_replay_indexed_records_total', help: 'Dead letters read into the index', labels: ['group'] },
      sent: { kind: 'counter', name: 'millrace_replay_sent_records_total', help: 'Records copied to a lane', labels: ['group'] },
      skipped: { kind: 'counter', name: 'millrace_replay_skipped_records_total', help: 'Planned records not copied, by reason', labels: ['group', 'reason'] },
      acknowledged: { kind: 'counter', name: 'millrace_replay_acknowledged_records_total', help: 'Redriven records the target group finished, by outcome', labels: ['group', 'outcome'], dynamic: true },
    },
    admin: {
      requests: { kind: 'counter', name: 'millrace_admin_requests_total', help: 'Operator requests by route and status', labels: ['route', 'status'], dynamic: true },
    },
  },
  logs: {
    service: {
      starting: 'Service starting',
      opened: 'Part opened',
      ready: 'Service ready',
      draining: 'Service draining',
      closed: 'Part closed',
      closeFailed: 'Part did not close cleanly',
      stopped: 'Service stopped',
      failedToStart: 'Service could not start',
      fatal: 'Service cannot go on',
      graceExceeded: 'Drain took longer than the grace period',
      uncaught: 'Error that nobody caught',
    },
    gateway: {
      rejected: 'Request rejected',
      shed: 'Request shed',
      failed: 'Request failed through a fault of ours',
      dedupeUnavailable: 'Dedupe store away, accepting without',
      disconnected: 'Sender left before the answer',
    },
    flows: {
      version: 'Flows of this process',
      refused: 'Announced flows cannot be taken yet',
    },
    pipeline: {
      started: 'Pipeline started',
      assigned: 'Partitions assigned',
      retried: 'Record sent to a retry tier',
      deadLettered: 'Record dead-lettered',
      keyHeld: 'Record held behind a dead letter of its key',
      holdsUnavailable: 'Held keys cannot be read or written, pipeline waits',
      halted: 'Pipeline halted, needs an operator',
      logUnreadable: 'Log cannot be read on, the pipeline halts when what is before it is done',
      resumed: 'Pipeline resumed',
      resumeFailed: 'Pipeline could not mend itself yet, will try again',
      breakerOpened: 'Dependency away, pipeline paused',
      breakerClosed: 'Dependency back, pipeline running',
      fenced: 'Another process has our place, leaving',
      stuck: 'Handler exceeded its time, ending the process',
      blocked: 'Handler kept the event loop from running',
      drained: 'Pipeline drained',
      commitFailed: 'Offsets not committed, will be tried again',
      controlUnreadable: 'Operator command could not be read',
    },
    kafka: {
      connected: 'Kafka connected',
      shutOut: 'Kafka does not let us in',
      letIn: 'Kafka lets us in again',
      accessDoubtful: 'Kafka is reached in a doubtful way',
      retrying: 'Kafka request failed, trying again',
      clientProblem: 'Kafka client reports a problem',
      clientReport: 'Kafka client reports',
      fetchUnanswered: 'Broker does not answer fetches',
      leadersUnknown: 'Leaders of partitions cannot be found yet',
      readerWaiting: 'Reader waits for the brokers',
      readerFailed: 'Reader could not take a record',
      readerStuck: 'Reader cannot read on',
      readerSkipped: 'Records were deleted before a reader saw them',
      registryAway: 'Schema registry does not answer yet, trying again',
    },
    ledger: {
      connected: 'Ledger connected',
      unavailable: 'Ledger away',
      recovered: 'Ledger back',
      pruneFailed: 'Ledger could not prune, will try again',
    },
    tokens: {
      renewed: 'Token renewed',
      notKept: 'New state of a token could not be kept yet, trying again',
      needsAuthorisation: 'Connection needs to be authorised again',
    },
    enricher: {
      rowUnreadable: 'Reference row passed over, it cannot be read',
    },
    models: {
      loaded: 'Model loaded',
      workerReplaced: 'Model worker replaced',
    },
    replay: {
      planned: 'Redrive planned',
      started: 'Redrive started',
      finished: 'Redrive finished',
      failed: 'Redrive stopped, will resume',
      followFailed: 'Held dead letters could not follow yet, will be tried again',
      forgotten: 'Redrives of long ago forgotten',
      indexForgotten: 'Dead letters of long ago forgotten',
      audited: 'Operator action recorded',
      auditFailed: 'Operator action refused, it could not be recorded',
      recordUnreadable: 'Record of an operations topic could not be read',
    },
  },
} as const;
