import { deadLetter, halt, type OutboundRecord, type Producer } from '@millrace/messaging';
import type { AccumulatorOptions, AccumulatorStats } from './accumulator-options.ts';
import { answerMeaning, unmentioned } from './answer-codes.ts';
import { abandoned, closedProducer, expired, noSuchPartition, refusedRecord, refusedTopic } from './failures.ts';
import {
  batchOverhead,
  type Carried,
  createLane,
  doubt,
  type Lane,
  laneIsEmpty,
  sizeOfRecord,
  takeBatch,
  type Waiting,
  whyTooLarge,
} from './lane.ts';
import { PendingRecords } from './pending.ts';
import { type PartitionAnswer, type TransportError, withdrawnRecord } from './produce-transport.ts';
import { Spacing } from './spacing.ts';
import { Sweeper } from './sweeper.ts';
import { choosePartition, createTopicState, overdue, type TopicState, unsettled } from './topic-state.ts';
import { TurnClock } from './turn-clock.ts';

export type RecordAccumulator = Producer & { stats(): AccumulatorStats };

/**
 * Batches what is waiting: the first record leaves at the end of the event-loop turn it came in, and while its request
 * is on the way, or left a moment ago, the next batch grows. No timer runs while nothing waits. One request per partition
 * at a time keeps the order; one request may carry many partitions of a leader, because every partition's answer is
 * looked at by itself. After a request without an answer all connections are cut before its partitions go on, so no late write follows.
 */
export function createAccumulator(options: AccumulatorOptions): RecordAccumulator {
  const { transport, now } = options;
  const { watch } = options;
  const pending = new PendingRecords(options.bufferBytes, watch?.failed);
  const topics = new Map<string, TopicState>();
  const ready = new Set<Lane>();
  const nodesBusy = new Map<number, number>();
  const spacing = new Spacing(options);
  const turn = new TurnClock(now, () => spacing.turn());
  const counts = { requests: 0, records: 0, retries: 0, recycles: 0 };
  let pumpScheduled = false;
  let recycling = false;
  let closing: Promise<void> | null = null;

  const deliver: Producer['deliver'] = (record, report, signal) => {
    let waiting: Waiting;
    try {
      if (closing !== null) throw closedProducer(record.topic, false);
      if (signal?.aborted === true) throw abandoned(record.topic, false, signal);
      waiting = pending.admit(record, sizeOfRecord(record), turn.now() + options.deliveryTimeoutMs, report);
    } catch (error) {
      queueMicrotask(() => report.onFailed(error));
      return;
    }
    if (signal !== undefined) pending.watch(waiting, signal, abandon);
    sweeper.wake();
    accept(waiting);
  };

  /** Everything that came with that signal and has no final word, in whichever topic it waits. */
  const abandon = (signal: AbortSignal): void => {
    for (const state of topics.values()) {
      for (const { waiting, isPerhapsWritten } of unsettled(state))
        if (waiting.signal === signal) pending.settle(waiting, abandoned(state.name, isPerhapsWritten, signal));
    }
  };

  const lanesOf = (topic: string): readonly Lane[] => [...(topics.get(topic)?.lanes.values() ?? [])];

  const accept = (waiting: Waiting): void => {
    let state = topics.get(waiting.topic);
    if (state === undefined) {
      state = createTopicState(waiting.topic);
      topics.set(waiting.topic, state);
    }
    if (state.shape === null) {
      state.unplaced.push(waiting);
      loadTopic(state);
      return;
    }
    place(waiting, state);
    if (turn.now() - state.refreshedAt > options.topicRefreshMs) loadTopic(state);
  };

  const place = (waiting: Waiting, state: TopicState): void => {
    const { shape, name } = state;
    if (waiting.settled || waiting.record === null || shape === null) return;
    const partition = choosePartition(waiting.record, state, shape);
    const isThere = partition < shape.partitions;
    const refusal = isThere
      ? whyTooLarge(name, waiting.bytes, shape)
      : noSuchPartition(name, partition, shape.partitions);
    // Its caller may still be calling.
    if (refusal !== undefined) queueMicrotask(() => pending.settle(waiting, refusal));
    else {
      const lane = laneOf(state, partition);
      lane.queue.push(waiting);
      if (lane.inFlight === null) {
        ready.add(lane);
        schedulePump();
      }
    }
  };

  const laneOf = (state: TopicState, partition: number): Lane => {
    let lane = state.lanes.get(partition);
    if (lane === undefined) {
      lane = createLane(state.name, partition);
      state.lanes.set(partition, lane);
    }
    return lane;
  };

  /** Asks for the topic, and again while records depend on it. */
  const loadTopic = (state: TopicState, failures = 0, since = now()): void => {
    if (state.loading) return;
    state.loading = true;
    transport.topic(state.name).then(
      (shape) => {
        state.loading = false;
        state.shape = shape;
        state.refreshedAt = now();
        const { unplaced } = state;
        state.unplaced = [];
        for (const waiting of unplaced) place(waiting, state);
        schedulePump();
      },
      (error: TransportError) => {
        Object.assign(state, { loading: false, refreshedAt: now(), lastFailure: error.message });
        const isMissing = error.failure === 'unknown-topic' && now() - since > options.unknownTopicGraceMs;
        if (isMissing || error.failure === 'refused') refuse(state, error);
        else if (state.unplaced.length > 0 || lanesOf(state.name).some((lane) => !laneIsEmpty(lane)))
          setTimeout(() => loadTopic(state, failures + 1, since), backoff(failures));
      },
    );
  };

  const refuse = (state: TopicState, cause: TransportError): void => {
    const refused = state.unplaced;
    state.unplaced = [];
    for (const lane of lanesOf(state.name)) {
      refused.push(...lane.again.flat(), ...lane.queue);
      lane.again = [];
      lane.queue = [];
      ready.delete(lane);
    }
    for (const waiting of refused) pending.settle(waiting, refusedTopic(state.name, cause));
  };

  // At the end of the turn, so that everything this turn's callers send leaves together.
  const schedulePump = (): void => {
    if (pumpScheduled) return;
    pumpScheduled = true;
    setImmediate(() => {
      pumpScheduled = false;
      pump();
    });
  };

  const pump = (): void => {
    if (recycling || ready.size === 0) return;
    const time = now();
    const perNode = new Map<number, Lane[]>();
    for (const lane of ready) {
      if (lane.inFlight !== null || lane.notBefore > time) continue;
      const node = transport.leader(lane.topic, lane.partition);
      if (node === null) {
        awaitLeader(lane);
        continue;
      }
      const ofNode = perNode.get(node);
      if (ofNode === undefined) perNode.set(node, [lane]);
      else ofNode.push(lane);
    }
    for (const [node, ofNode] of perNode) {
      if (spacing.holds(node, time, pending.count, pump)) continue;
      let from = 0;
      while (from < ofNode.length && (nodesBusy.get(node) ?? 0) < options.requestsPerNode)
        from = dispatch(node, ofNode, from);
    }
  };

  /** Asks at once the first time, then ever more slowly: a partition without a leader must not keep its brokers busy answering. */
  const awaitLeader = (lane: Lane): void => {
    loadTopic(topics.get(lane.topic) as TopicState);
    if (lane.failures === 0) lane.failures = 1;
    else rest(lane);
  };

  /** Longer with each failure in a row. */
  const rest = (lane: Lane): void => {
    const wait = backoff(lane.failures++);
    lane.notBefore = now() + wait;
    wake(lane);
  };

  // A timer counts from the start of the event-loop turn that set it, so after a long turn it fires before its time.
  const wake = (lane: Lane): void => {
    setTimeout(
      () => {
        if (now() < lane.notBefore) wake(lane);
        else schedulePump();
      },
      Math.ceil(lane.notBefore - now()),
    );
  };

  /** Fills one request from the lanes at and after `from`; returns where the next one begins. */
  const dispatch = (node: number, ofNode: readonly Lane[], from: number): number => {
    const carried: Carried[] = [];
    let bytes = 0;
    let next = from;
    for (; next < ofNode.length && bytes < options.requestBytes; next++) {
      const lane = ofNode[next] as Lane;
      ready.delete(lane);
      const load = fill(lane);
      if (load === null) continue;
      carried.push(load);
      bytes += load.bytes;
    }
    if (carried.length > 0) request(node, carried);
    return next;
  };

  const fill = (lane: Lane): Carried | null => {
    const state = topics.get(lane.topic) as TopicState;
    const limit = (state.shape?.maxMessageBytes ?? options.batchBytes) - batchOverhead;
    const limits = { records: options.batchRecords, bytes: Math.min(options.batchBytes, limit) };
    const batch = takeBatch(lane, limits, pending.leaving());
    if (batch.length === 0) return null;
    lane.inFlight = batch;
    if (state.shape !== null && state.sticky % state.shape.partitions === lane.partition) state.sticky++;
    return { lane, batch, bytes: batch.reduce((sum, waiting) => sum + waiting.bytes, 0) };
  };

  const request = (node: number, carried: readonly Carried[]): void => {
    counts.requests++;
    const records = carried.reduce((sum, { batch }) => sum + batch.length, 0);
    spacing.sent(node, now(), records);
    nodesBusy.set(node, (nodesBusy.get(node) ?? 0) + 1);
    const batches = carried.map(({ lane, batch, bytes }) => ({
      topic: lane.topic,
      partition: lane.partition,
      records: batch.map((waiting) => waiting.record as OutboundRecord),
      bytes,
    }));
    transport
      .produce(node, batches, () => refuseWithdrawn(carried))
      .finally(() => spacing.answered(records))
      .then(
        (answers) => {
          const found = new Map(answers.map((answer) => [`${answer.topic}/${answer.partition}`, answer]));
          for (const { lane, batch } of carried) answered(lane, batch, found.get(`${lane.topic}/${lane.partition}`));
        },
        (error: TransportError) => {
          for (const { lane, batch } of carried) unanswered(lane, batch, error);
          if (error.failure !== 'withdrawn') recycle();
        },
      )
      .finally(() => {
        nodesBusy.set(node, (nodesBusy.get(node) ?? 1) - 1);
        schedulePump();
      });
  };

  /** What was taken back while its request was packed must not leave; the others go in a request of their own. */
  const refuseWithdrawn = (carried: readonly Carried[]): void => {
    const mayLeave = pending.leaving();
    const isWhole = carried.map(({ batch }) => batch.map(mayLeave).every(Boolean));
    if (!isWhole.every(Boolean)) throw withdrawnRecord();
  };

  const answered = (lane: Lane, batch: readonly Waiting[], answer: PartitionAnswer | undefined): void => {
    lane.inFlight = null;
    const { meaning, name, perhapsWritten } = answer === undefined ? unmentioned : answerMeaning(answer.errorCode);
    if (perhapsWritten || meaning === 'doubtful') doubt(batch);
    switch (meaning) {
      case 'written':
        lane.failures = 0;
        counts.records += batch.length;
        watch?.acknowledged(batch.length, now() - (batch[0] as Waiting).deadline + options.deliveryTimeoutMs);
        batch.forEach((waiting, index) => {
          const offset = (answer?.baseOffset ?? 0) + index;
          pending.settle(waiting, { topic: lane.topic, partition: lane.partition, offset });
        });
        goOn(lane);
        break;
      case 'doubtful':
        again(lane, batch, name);
        break;
      case 'moved':
        loadTopic(topics.get(lane.topic) as TopicState);
        again(lane, batch, name);
        break;
      case 'poisoned':
        isolate(lane, batch, name);
        break;
      case 'refused':
        refuseBatch(lane, batch, name);
        break;
    }
  };

  const unanswered = (lane: Lane, batch: readonly Waiting[], error: TransportError): void => {
    lane.inFlight = null;
    if (error.ambiguous) doubt(batch);
    if (error.failure === 'withdrawn') {
      lane.again.unshift([...batch]);
      goOn(lane);
    } else if (error.failure === 'refused') refuseBatch(lane, batch, error.message);
    else again(lane, batch, error.message);
  };

  const refuseBatch = (lane: Lane, batch: readonly Waiting[], reason: string): void => {
    for (const waiting of batch) pending.settle(waiting, refusedRecord(lane.topic, lane.partition, reason, halt));
    goOn(lane);
  };

  /** Halves the batch until the record that is refused stands alone; the others go out, in order. */
  const isolate = (lane: Lane, batch: readonly Waiting[], reason: string): void => {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      pending.settle(only, refusedRecord(lane.topic, lane.partition, reason, deadLetter));
    } else {
      const middle = batch.length >> 1;
      lane.again.unshift(batch.slice(0, middle), batch.slice(middle));
      counts.retries++;
    }
    goOn(lane);
  };

  /** The batch goes first when its lane may go on, which is after a while. */
  const again = (lane: Lane, batch: readonly Waiting[], reason: string): void => {
    counts.retries++;
    lane.again.unshift([...batch]);
    lane.lastFailure = reason;
    rest(lane);
    goOn(lane);
  };

  const goOn = (lane: Lane): void => {
    if (lane.queue.length > 0 || lane.again.length > 0) ready.add(lane);
  };

  const recycle = (): void => {
    if (recycling) return;
    recycling = true;
    counts.recycles++;
    const done = (): void => {
      recycling = false;
      schedulePump();
    };
    transport.recycle().then(done, done);
  };

  const backoff = (failures: number): number =>
    Math.min(options.retryMinMs * 2 ** Math.min(failures, 10), options.retryMaxMs) * (0.75 + options.random() / 2);

  /** Ends what has waited too long; runs only while something waits. */
  const sweeper = new Sweeper(() => {
    const time = now();
    for (const state of topics.values())
      for (const { waiting, reason, isPerhapsWritten } of overdue(state, time))
        pending.settle(waiting, expired(waiting.topic, options.deliveryTimeoutMs, reason, isPerhapsWritten));
    return pending.count > 0;
  });

  const close = (): Promise<void> => {
    closing ??= (async () => {
      const limit = setTimeout(giveUp, options.closeTimeoutMs);
      await pending.drained();
      clearTimeout(limit);
      sweeper.rest();
      await transport.close();
    })();
    return closing;
  };

  const giveUp = (): void => {
    for (const state of topics.values()) {
      for (const { waiting, isPerhapsWritten } of unsettled(state))
        pending.settle(waiting, closedProducer(state.name, isPerhapsWritten));
    }
  };

  return {
    deliver,
    send: (record, signal) =>
      new Promise((resolve, reject) => deliver(record, { onAcknowledged: resolve, onFailed: reject }, signal)),
    close,
    flush: () => pending.drained(),
    stats: () => ({ ...counts, waitingRecords: pending.count, waitingBytes: pending.bytes }),
  };
}
