import { describe, expect, it } from '@jest/globals';
import { headerText, readReplay } from '@millrace/messaging';
import type { Job, PlannedRecord } from '../src/redrive/job.ts';
import { laneCopy, rangesOver } from '../src/redrive/lane-copy.ts';
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

describe('rangesOver', () => {
  it('covers every record, joins what is close and splits what is far or of another partition', () => {
    expect(rangesOver([planned(1), planned(2), planned(150), planned(10_000), planned(3, 1)])).toEqual([
      { topic: 'dlq.g', partition: 0, from: 1, to: 151 },
      { topic: 'dlq.g', partition: 0, from: 10_000, to: 10_001 },
      { topic: 'dlq.g', partition: 1, from: 3, to: 4 },
    ]);
    expect(rangesOver([])).toEqual([]);
  });
});
