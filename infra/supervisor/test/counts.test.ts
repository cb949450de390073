import { describe, expect, it } from '@jest/globals';
import { CountKeeper, countsOf, describeCounts, noCounts } from '../src/counts.ts';

const text = `# HELP millrace_gateway_requests_total Requests by their one outcome
# TYPE millrace_gateway_requests_total counter
millrace_gateway_requests_total{source="zendesk",outcome="accepted",reason=""} 40
millrace_gateway_requests_total{source="github",outcome="accepted",reason=""} 2
millrace_gateway_requests_total{source="github",outcome="rejected",reason="signature"} 7
millrace_pipeline_records_total{group="enricher.normalise",outcome="emitted"} 41
millrace_pipeline_records_total{group="enricher.normalise",outcome="dead_lettered"} 1
millrace_pipeline_records_total{group="classifier.tickets",outcome="emitted"} 38
millrace_pipeline_records_total{group="sink-writers.tickets.archive",outcome="delivered"} 37
millrace_pipeline_records_total{group="sink-writers.tickets.vip",outcome="dead_lettered"} 3
`;

describe('the live counts', () => {
  it('are read from the services’ metrics', () => {
    expect(countsOf(text)).toEqual({ accepted: 42, classified: 38, delivered: 37, failed: 4 });
  });

  it('go on when a counter falls to zero because its process was started again', () => {
    const keeper = new CountKeeper();
    keeper.observe('classifier', { ...noCounts, classified: 10 });
    keeper.observe('enricher', { ...noCounts, failed: 1 });
    keeper.observe('classifier', { ...noCounts, classified: 14 });
    keeper.observe('classifier', { ...noCounts, classified: 3 });
    expect(keeper.sum).toEqual({ ...noCounts, classified: 17, failed: 1 });
  });

  it('are one line with rates', () => {
    const before = { accepted: 1_000, classified: 0, delivered: 0, failed: 0 };
    const now = { accepted: 1_020, classified: 10, delivered: 5, failed: 0 };
    expect(describeCounts(now, before, 5)).toBe(
      'accepted 1,020 (4.0/s)   classified 10 (2.0/s)   delivered 5 (1.0/s)   failed 0 (0.0/s)',
    );
  });
});
