import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createHealth, createMetrics, names } from '../src/index.ts';
import { publicMetrics } from '../src/public-metrics.ts';

const { gateway, pipeline } = names.metrics;

describe('what strangers are told', () => {
  const metrics = createMetrics({ processMetrics: true });
  for (const [source, reason] of [
    ['zendesk-eu', ''],
    ['client/acme-corp', ''],
    ['client/acme-corp', 'X_"quoted"\\'],
  ] as const)
    metrics.counter(gateway.requests).inc({ source, outcome: reason === '' ? 'accepted' : 'rejected', reason });
  metrics.histogram(gateway.requestSeconds).observe({ source: 'zendesk-eu', outcome: 'accepted' }, 0.02);
  metrics.histogram(gateway.requestSeconds).observe({ source: 'client/acme-corp', outcome: 'accepted' }, 20);
  metrics.onCollect(() => metrics.gauge(gateway.inFlightBytes).set({}, 7));
  metrics.gauge(pipeline.lagRecords).set({ group: 'classifier.secret-flow', topic: 'deals.received.v1' }, 3);

  it('is every metric of ours, summed over whatever could name somebody', async () => {
    const text = await publicMetrics(metrics.registry);
    expect(text).toContain('# TYPE millrace_gateway_requests_total counter\n');
    expect(text).toContain('millrace_gateway_requests_total{outcome="accepted",reason=""} 2\n');
    expect(text).toContain('millrace_gateway_requests_total{outcome="rejected",reason="X_\\"quoted\\"\\\\"} 1\n');
    expect(text).toContain('millrace_gateway_request_seconds_bucket{le="0.025",outcome="accepted"} 1\n');
    expect(text).toContain('millrace_gateway_request_seconds_bucket{le="+Inf",outcome="accepted"} 2\n');
    expect(text).toContain('millrace_gateway_request_seconds_count{outcome="accepted"} 2\n');
    expect(text).toContain('millrace_gateway_in_flight_bytes 7\n');
    expect(text).toContain('millrace_pipeline_lag_records 3\n');
    expect(text).not.toMatch(/zendesk|acme|secret-flow|deals|nodejs|process_/);
  });
  it('is whether the service is ready, and not why', async () => {
    const health = createHealth({
      registry: metrics.registry,
      checks: [{ name: 'acme-corp', ready: () => ({ ok: false, reason: 'kafka.internal:9092 refused' }) }],
    });
    const server = express().use(health.publicRouter).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false }]);
    const alive = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { alive: true }]);
    const told = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(told).not.toMatch(/acme|zendesk/);
    await new Promise((resolve) => server.close(resolve));
  });
});
