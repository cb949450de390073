import { describe, expect, it } from '@jest/globals';
import { Latencies } from '../src/latencies.ts';
import { ticketReceived } from '../src/payload.ts';
import { stageInput } from '../src/stage.ts';

describe('latencies', () => {
  it('tell the middle and the slowest hundredth', () => {
    const latencies = new Latencies(200);
    for (let ms = 1; ms <= 100; ms += 1) latencies.add(ms);
    expect(latencies.percentiles()).toEqual({ p50: 51, p99: 100 });
  });
});

describe('the measured record', () => {
  it('is a kilobyte of Avro', () => {
    const topic = stageInput('bench.test');
    const sizes = [0, 1, 99].map((index) => topic.encode(ticketReceived(index, 10)).length);
    for (const size of sizes) expect(Math.abs(size - 1_024)).toBeLessThan(64);
  });
});
