import { expect, it } from '@jest/globals';
import Batch from 'kafkajs/src/consumer/batch.js';

it('patch: goes on after a batch that compaction has emptied', () => {
  const messages = Object.assign([], { lastOffset: '41' });
  const batch = new Batch('t', '10', { partition: 0, highWatermark: '50', messages, abortedTransactions: [] } as never);
  expect(batch.isEmptyDueToFiltering()).toBe(true);
  expect(batch.lastOffset()).toBe('41');
});

it('patch: an empty answer moves nothing', () => {
  const batch = new Batch('t', '10', {
    partition: 0,
    highWatermark: '10',
    messages: [],
    abortedTransactions: [],
  } as never);
  expect(batch.isEmptyDueToFiltering()).toBe(false);
});
