/**
 * What Kafka clients for Node are known to do wrong: how records got lost (L), how consumers stalled, skipped or repeated
 * (C), what cost time or corrupted (P). In our words, for kafkajs 2.2.4 where nothing else is said. Every row names the
 * test that would fail if ours did it too; `infra/structure` holds both to each other.
 */
export const ledger: Readonly<Record<string, { readonly failure: string; readonly test: string }>> = {
  L1: {
    failure: 'A send resolves although the partition whose leader moved while it was tried again was never written.',
    test: 'regression/leader-move-loses.int.test.ts',
  },
  L2: {
    failure: 'Records without a key go to other partitions when they are tried again: some lost, some twice.',
    test: 'regression/leader-move-loses.int.test.ts',
  },
  L3: {
    failure:
      'After a lost answer a concurrent send takes the sequence number of the first, and is dropped as a repetition.',
    test: 'regression/lost-ack-drops-send.int.test.ts',
  },
  L4: {
    failure: 'After a send that ran out of tries the next batch of the same size is dropped as a repetition.',
    test: 'regression/lost-ack-drops-send.int.test.ts',
  },
  L5: {
    failure: 'An idempotent producer gives up after five tries instead of never.',
    test: 'regression/five-tries-give-up.int.test.ts',
  },
  L6: {
    failure:
      'A request without an answer leaves the silent connection in use, and the same broker is asked again and again.',
    test: 'regression/silent-broker-stalls.int.test.ts',
  },
  L7: {
    failure: 'A disconnected producer whose send is being tried again connects anew and writes late.',
    test: 'regression/close-leaves-sender.int.test.ts',
  },
  L8: {
    failure: 'One refused record fails the whole request, parts of which other brokers have written.',
    test: 'regression/poison-blocks-batch.int.test.ts',
  },
  C1: {
    failure: 'A graceful stop resolves records that no handler has seen.',
    test: 'regression/stop-skips-records.int.test.ts',
  },
  C2: {
    failure: 'A commit during the stop does nothing and says nothing.',
    test: 'regression/stop-skips-records.int.test.ts',
  },
  C3: {
    failure: 'A TypeError in a handler ends the consumer for good while its process lives on.',
    test: 'regression/handler-error-stalls.int.test.ts',
  },
  C4: {
    failure: 'A batch in a codec that nobody registered ends the consumer for good.',
    test: 'regression/unregistered-codec-stalls.int.test.ts',
  },
  C5: {
    failure:
      'A committed offset that the log no longer has is replaced by the default: records skipped or repeated in silence.',
    test: 'regression/offset-reset-skips.int.test.ts',
  },
  C6: {
    failure: 'With a rack set, a follower that lags behind resets the position.',
    test: 'regression/follower-fetch-resets.int.test.ts',
  },
  C7: {
    failure: 'A partition that is added is read from its end.',
    test: 'regression/new-partition-skipped.int.test.ts',
  },
  C8: {
    failure: 'A leader that moves makes the whole group join again.',
    test: 'regression/leader-move-rebalances.int.test.ts',
  },
  C9: {
    failure: 'A handler that outlasts the session loses its partitions in the middle of its work.',
    test: 'regression/slow-handler-kicked.int.test.ts',
  },
  C10: {
    failure: 'What an old assignment resolves or commits late lands on the new one.',
    test: 'regression/late-batch-moves-positions.int.test.ts',
  },
  C11: {
    failure: 'Pauses outlive a rebalance, and pausing some partitions lets others flow.',
    test: 'regression/pause-forgotten.int.test.ts',
  },
  C12: {
    failure: 'Two consumers of one group over one client share a map of offsets and clear it for each other.',
    test: 'regression/shared-offset-cache.int.test.ts',
  },
  C13: {
    failure: 'The last offset is committed in place of the next, and a restart repeats a record.',
    test: 'regression/commit-off-by-one.int.test.ts',
  },
  C14: {
    failure:
      'A batch that cannot be decoded ends the process, or is fetched for ever in silence, and with it everything of its answer; checksums are not looked at.',
    test: 'regression/unreadable-batch-stops-all.int.test.ts',
  },
  P1: {
    failure: 'Every connection runs a timer of one millisecond for ever.',
    test: 'regression/idle-timers.int.test.ts',
  },
  P2: {
    failure: 'Every record of a partition copies the array of those before it.',
    test: 'regression/grouping-quadratic.test.ts',
  },
  P3: {
    failure: 'Bytes that are no Buffer are written as text; an odd header value throws for the whole request.',
    test: 'regression/odd-bytes-corrupted.int.test.ts',
  },
  P4: {
    failure: 'The timestamps of a batch are sorted as text, so its latest may not be.',
    test: 'regression/timestamps-sorted-as-text.int.test.ts',
  },
  P5: {
    failure: 'NODE_ENV=test changes how often and how fast everything is tried again.',
    test: 'regression/test-mode-retries.test.ts',
  },
};
