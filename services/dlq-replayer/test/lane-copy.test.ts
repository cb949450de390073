import { describe, expect, it } from '@jest/globals';
import { headerText, readFirstFailure, readReplay } from '@millrace/messaging';
import type { Job, PlannedRecord } from '../src/redrive/job.ts';
import { discardMarker, laneCopy, rangesOver } from '../src/redrive/lane-copy.ts';
import { aRecord } from './support/records.ts';

const job = { job: 'j1', group: 'sink-writers.tickets.urgent', actor: 'operator' } as Job;
const planned = (offset: number, partition = 0): PlannedRecord => ({
  dlqId: `d${offset}`,
  topic: 'dlq.g',
  partition,
  offset,
  replayCount: 1,
  key: 'k',
  origin: null,
});

describe('laneCopy', () => {
  it('goes to the lane of the group that failed, same partition, same bytes, with only replay headers added', () => {
    const bytes = Buffer.from([0, 1, 255]);
    const record = aRecord({
      topic: 'dlq.g',
      partition: 2,
      offset: 5,
      key: null,
      value: bytes,
      headers: [
        ['a', bytes],
        ['n', null],
        ['a', Buffer.alloc(0)],
        ['dlq.topic', Buffer.from('src')],
        ['dlq.partition', Buffer.from('2')],
        ['dlq.offset', Buffer.from('1')],
      ],
    });
    const copy = laneCopy(record, planned(5, 2), job);
    expect(copy).toMatchObject({ topic: 'lane.sink-writers.tickets.urgent', partition: 2, key: null, value: bytes });
    expect(copy.headers.slice(0, 3)).toEqual(record.headers.slice(0, 3));
    expect(readReplay(copy.headers)).toMatchObject({
      job: 'j1',
      of: 'd5',
      count: 2,
      mode: 'redrive',
      generation: null,
      actor: 'operator',
    });
    expect([headerText(copy.headers, 'dlq.topic'), headerText(copy.headers, 'dlq.offset')]).toEqual(['src', '1']);
  });
});

describe('discardMarker', () => {
  it('names the dead letter and where it first stood, and carries nothing of it: it may have expired', () => {
    const origin = { topic: 'src', partition: 1, offset: 7, timestamp: 9 };
    const marker = discardMarker({ ...planned(5, 1), origin }, job);
    expect(marker).toMatchObject({
      ...{ topic: 'lane.sink-writers.tickets.urgent', partition: 1, key: Buffer.from('k'), value: null },
    });
    expect(readReplay(marker.headers)).toMatchObject({ mode: 'discard', of: 'd5', job: 'j1', count: 2 });
    expect(readFirstFailure(marker.headers)).toMatchObject(origin);
  });
});

describe('rangesOver', () => {
  it('covers every record, joins what is close and splits what is far or of another partition', () => {
    expect(rangesOver([planned(150), planned(3, 1), planned(1), planned(10_000), planned(2)])).toEqual([
      { topic: 'dlq.g', partition: 0, from: 1, to: 151 },
      { topic: 'dlq.g', partition: 0, from: 10_000, to: 10_001 },
      { topic: 'dlq.g', partition: 1, from: 3, to: 4 },
    ]);
    expect(rangesOver([])).toEqual([]);
  });
});
