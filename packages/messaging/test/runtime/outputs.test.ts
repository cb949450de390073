import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InboundRecord } from '../../src/broker.ts';
import { identityHeaders, readIdentity } from '../../src/headers/identity.ts';
import { replayHeaders } from '../../src/headers/replay.ts';
import { outputId } from '../../src/ids.ts';
import { createInMemorySerde } from '../../src/in-memory/serde.ts';
import type { Outgoing } from '../../src/pipeline.ts';
import { arrivalOf, envelopeOf } from '../../src/runtime/inbound.ts';
import { outputRecords } from '../../src/runtime/outputs.ts';
import { noteTopic } from '../../src/testing/index.ts';
import { childTraceparent } from '../../src/trace-context.ts';

const input = noteTopic('notes.in');
const output = noteTopic('notes.out');
const context = { stage: 'copy', to: new Set([output.name]), serde: createInMemorySerde() };
const data = { text: '', number: 1 };

const record = (fields: Partial<InboundRecord> = {}): InboundRecord => ({
  topic: input.name,
  partition: 0,
  offset: 1,
  timestamp: 2,
  key: Buffer.from('k'),
  value: Buffer.alloc(0),
  headers: [],
  ...fields,
});
const outputsOf = (inbound: InboundRecord, outgoing: Partial<Outgoing> = {}) => {
  const parent = envelopeOf(inbound, arrivalOf(inbound, 'source'), input, data);
  const records = outputRecords([{ to: output, key: 'k', data, ...outgoing }], parent, inbound, context);
  return { parent, output: records[0] as (typeof records)[number] };
};

describe('outputRecords', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });

  it('keeps a stranger’s keys and ids apart where no text holds their bytes, and passes the bytes on', () => {
    const keys = [[0], [0xff], [0xfe], [0xef, 0xbf, 0xbd]].map((bytes) => Buffer.from(bytes));
    const made = keys.map((key) => {
      const inbound = record({
        key,
        headers: [
          ['ce_id', key],
          ['ce_correlationid', key],
        ],
      });
      const { parent } = outputsOf(inbound);
      return { parent, output: outputsOf(inbound, { key: parent.key }).output };
    });
    expect(new Set(made.map(({ parent }) => parent.key)).size).toBe(4);
    expect(new Set(made.map(({ output: one }) => readIdentity(one.headers).id)).size).toBe(4);
    expect(made.map(({ parent }) => parent.correlationid)).toEqual(
      made.map(({ output: one }) => readIdentity(one.headers).correlationid),
    );
    expect(made.map(({ parent }) => `${parent.key}${parent.id}`).join()).not.toContain('\0');
    expect(made.map(({ output: one }) => one.key)).toEqual(keys);
  });

  it('says the same as its parent, whether or not the parent said it in headers', () => {
    const identity = fc.record({
      id: text,
      source: text,
      type: text,
      time: text,
      correlationid: text,
      causationid: fc.option(text),
      generation: fc.nat(),
      traceparent: fc.option(fc.oneof(text, fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'))),
    });
    fc.assert(
      fc.property(fc.option(identity), fc.option(text, { nil: undefined }), (stated, time) => {
        const inbound = record({ headers: stated === null ? [] : identityHeaders(stated) });
        const { parent, output: made } = outputsOf(inbound, time === undefined ? {} : { time });
        expect(readIdentity(made.headers)).toEqual({
          id: outputId(parent.id, 'copy', output.type, 0, parent.generation),
          source: parent.source,
          type: output.type,
          time: time ?? parent.time,
          correlationid: parent.correlationid,
          causationid: parent.id,
          generation: parent.generation,
          traceparent: childTraceparent(
            parent.traceparent,
            outputId(parent.id, 'copy', output.type, 0, parent.generation),
          ),
        });
      }),
    );
  });

  it('keeps the key it is given, and has none for an empty one', () => {
    expect(outputsOf(record()).output.key).toEqual(Buffer.from('k'));
    expect(outputsOf(record(), { key: 'other' }).output.key).toEqual(Buffer.from('other'));
    expect(outputsOf(record(), { key: '' }).output.key).toBeNull();
  });

  it('names the item in the id, and the ordinal where there is none', () => {
    const { parent, output: made } = outputsOf(record(), { item: 'item-7' });
    expect(readIdentity(made.headers).id).toBe(outputId(parent.id, 'copy', output.type, 'item-7', 0));
  });

  it('hands the job of a replay on to what it causes', () => {
    const facts = { job: 'j', of: 'd', mode: 'range', count: 1, generation: 4, edited: null, actor: 'op' };
    const { output: made } = outputsOf(record({ headers: replayHeaders(facts) }));
    expect(
      made.headers.filter(([name]) => name.startsWith('replay.')).map(([name, value]) => [name, value?.toString()]),
    ).toEqual([
      ['replay.job', 'j'],
      ['replay.generation', '4'],
    ]);
  });

  it('emits recorded bytes as they are', () => {
    const bytes = Buffer.from([9, 9, 9]);
    expect(outputsOf(record(), { bytes, data: undefined }).output.value).toBe(bytes);
  });
});
