import { describe, expect, it } from '@jest/globals';
import { planSeek, type SeekPartition, type SeekWish } from '../../src/pipelines/plan-seek.ts';

const source = 'tickets.classified.v1';
const own = 'lane.g';
const aPartition = (fields: Partial<SeekPartition> = {}): SeekPartition => ({
  ...{ topic: source, partition: 0, earliest: 100, latest: 200, committed: 150, finished: new Set(), isOwn: false },
  ...fields,
});
const anOwn = (fields: Partial<SeekPartition> = {}): SeekPartition =>
  aPartition({ topic: own, earliest: 0, latest: 10, committed: 10, isOwn: true, ...fields });
const plan = (wish: SeekWish, ...partitions: SeekPartition[]) =>
  planSeek(partitions, wish).moves.map(({ topic, partition, from, to, again, skipped, gone }) => [
    `${topic}/${partition}`,
    from,
    to,
    { again, skipped, gone },
  ]);

describe('the plan of a seek', () => {
  it('counts what is read again, what is passed over, and changes nothing of what the group reads of its own', () => {
    const partitions = [aPartition(), aPartition({ partition: 1, committed: 200 }), anOwn()];
    expect(plan({ to: 'earliest' }, ...partitions)).toEqual([
      [`${source}/0`, 150, 100, { again: 50, skipped: 0, gone: 0 }],
      [`${source}/1`, 200, 100, { again: 100, skipped: 0, gone: 0 }],
    ]);
    expect(plan({ to: 'latest' }, ...partitions)).toEqual([
      [`${source}/0`, 150, 200, { again: 0, skipped: 50, gone: 0 }],
    ]);
  });

  it('takes what was finished beyond the offset for done: it is read again, and not passed over', () => {
    const one = aPartition({ finished: new Set([160, 170, 190]) });
    expect(plan({ to: 'latest' }, one)).toEqual([[`${source}/0`, 150, 200, { again: 0, skipped: 47, gone: 0 }]]);
    expect(plan({ positions: [{ ...one, offset: 175 }] }, one)).toEqual([
      [`${source}/0`, 150, 175, { again: 1, skipped: 23, gone: 0 }],
    ]);
    expect(plan({ positions: [{ ...one, offset: 140 }] }, one)).toEqual([
      [`${source}/0`, 150, 140, { again: 13, skipped: 0, gone: 0 }],
    ]);
  });

  it('goes to the first record of a time, to the end where there is none, and not below what is left', () => {
    const partitions = [0, 1, 2].map((partition) => aPartition({ partition }));
    const to = [
      { topic: source, partition: 0, offset: 120 },
      { topic: source, partition: 1, offset: 200 },
      { topic: source, partition: 2, offset: 7 },
    ];
    expect(plan({ to }, ...partitions).map(([, , offset]) => offset)).toEqual([120, 200, 100]);
  });

  it('chooses by topic and partition', () => {
    const partitions = [aPartition(), aPartition({ partition: 1 }), anOwn(), anOwn({ partition: 1 })];
    const chosen = (wish: SeekWish) => plan(wish, ...partitions).map(([name]) => name);
    expect(chosen({ to: 'earliest', partition: 1 })).toEqual([`${source}/1`]);
    expect(chosen({ to: 'earliest', topic: own })).toEqual([`${own}/0`, `${own}/1`]);
    expect(chosen({ to: 'earliest', topic: own, partition: 1 })).toEqual([`${own}/1`]);
  });

  it('puts a group that has lost its place where it can go on, also in what was not asked for', () => {
    expect(
      plan(
        { positions: [{ topic: source, partition: 0, offset: 120 }] },
        aPartition({ committed: 40 }),
        aPartition({ partition: 1, committed: 90 }),
        aPartition({ partition: 2, committed: 201 }),
        aPartition({ partition: 3, committed: null }),
        aPartition({ partition: 4, committed: null, earliest: 0 }),
        anOwn({ committed: null, earliest: 5 }),
        anOwn({ partition: 1 }),
      ),
    ).toEqual([
      [`${source}/0`, 40, 120, { again: 0, skipped: 20, gone: 60 }],
      [`${source}/1`, 90, 100, { again: 0, skipped: 0, gone: 10 }],
      [`${source}/2`, 201, 100, { again: 100, skipped: 0, gone: 0 }],
      [`${source}/3`, null, 100, { again: 0, skipped: 0, gone: 0 }],
      [`${own}/0`, null, 5, { again: 0, skipped: 0, gone: 0 }],
    ]);
  });

  it('is empty where the group stands there already', () => {
    expect(plan({ positions: [{ topic: source, partition: 0, offset: 150 }] }, aPartition())).toEqual([]);
  });

  it.each<[string, SeekWish, RegExp]>([
    ['no place', {}, /say where/],
    ['a topic that it does not read', { to: 'latest', topic: 'other' }, /other is nothing/],
    ['a partition that is none', { to: 'latest', partition: 9 }, /9 is nothing/],
    ['a position elsewhere', { positions: [{ topic: 'other', partition: 0, offset: 1 }] }, /other\/0 is nothing/],
    [
      'an offset below the log',
      { positions: [{ topic: source, partition: 0, offset: 99 }] },
      /from 100 .* 200, not 99/,
    ],
    ['an offset beyond its end', { positions: [{ topic: source, partition: 0, offset: 201 }] }, /not 201/],
    [
      'an offset that is no whole number',
      { positions: [{ topic: source, partition: 0, offset: 150.5 }] },
      /not 150\.5/,
    ],
    [
      'the same twice',
      { positions: [120, 130].map((offset) => ({ topic: source, partition: 0, offset })) },
      /named twice/,
    ],
  ])('refuses %s, and says what there is', (_, wish, detail) => {
    expect(() => planSeek([aPartition(), anOwn()], wish)).toThrow(
      expect.objectContaining({ code: 'X_PIPELINE_SEEK', status: 422, message: expect.stringMatching(detail) }),
    );
  });
});
