import { describe, expect, it } from '@jest/globals';
import { createHealth, createHealthServer, createLogger, createMetrics, names } from '../src/index.ts';

describe('createMetrics', () => {
  it('gives the same metric twice and reads collectors at each scrape', async () => {
    const metrics = createMetrics();
    metrics.counter(names.metrics.enricher.lookups).inc({ table: 'a', result: 'hit' });
    metrics.counter(names.metrics.enricher.lookups).inc({ table: 'a', result: 'hit' }, 2);
    metrics.onCollect(() => metrics.gauge(names.metrics.pipeline.inFlight).set({ group: 'g' }, 4));
    const text = await metrics.registry.metrics();
    expect(text).toContain('millrace_enricher_lookups_total{table="a",result="hit"} 3');
    expect(text).toContain('millrace_pipeline_in_flight_records{group="g"} 4');
  });

  it('shows a series before its first event, and what is shown twice keeps what it has', async () => {
    const metrics = createMetrics();
    const { deliveries, deliverySeconds } = names.metrics.sink;
    const labels = { route: 'r', sink: 's' };
    for (let time = 0; time < 2; time += 1) {
      metrics.counter(deliveries).zero({ ...labels, outcome: 'delivered' });
      metrics.histogram(deliverySeconds).zero(labels);
      metrics.histogram(deliverySeconds).observe(labels, 0.02);
    }
    const text = await metrics.registry.metrics();
    expect(text).toContain('millrace_sink_deliveries_total{route="r",sink="s",outcome="delivered"} 0');
    expect(text).toContain('millrace_sink_delivery_seconds_count{route="r",sink="s"} 2');
  });

  it('has one name per metric, all in the namespace, counters ending in _total', () => {
    const all = Object.values(names.metrics).flatMap((area) => Object.values(area));
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.filter(({ name }) => !name.startsWith('millrace_'))).toEqual([]);
    expect(all.filter(({ kind, name }) => (kind === 'counter') !== name.endsWith('_total'))).toEqual([]);
  });
});

describe('createHealth', () => {
  it('is ready only in the ready phase and with every check content', () => {
    const state = { ok: false, reason: 'halted' };
    const health = createHealth({
      registry: createMetrics().registry,
      checks: [{ name: 'triage', ready: () => state }],
    });
    expect(health.report()).toMatchObject({ ready: false, phase: 'starting' });
    health.enter('ready');
    expect(health.report()).toEqual({
      ready: false,
      phase: 'ready',
      checks: { triage: { ok: false, reason: 'halted' } },
    });
    state.ok = true;
    expect(health.report().ready).toBe(true);
    health.enter('draining');
    expect(health.report().ready).toBe(false);
  });

  it('says in one sentence that an address is taken', async () => {
    const options = { host: '127.0.0.1', checks: [], registry: createMetrics().registry };
    const first = createHealthServer({ ...options, port: 0 });
    await first.open();
    const port = Number(new URL(first.url()).port);
    await expect(createHealthServer({ ...options, port }).open()).rejects.toMatchObject({
      code: 'X_SERVICE_ADDRESS',
      message: `health cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    });
    expect((await fetch(`${first.url()}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${first.url()}/metrics`)).text()).toBeDefined();
    await first.close();
    await first.close();
  });
});

describe('a health listener', () => {
  it('answers an address that it does not have with a problem, as every listener of ours', async () => {
    const server = createHealthServer({ host: '127.0.0.1', port: 0, checks: [], registry: createMetrics().registry });
    await server.open();
    const answer = await fetch(`${server.url()}/admin`, { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 404, code: 'X_SERVICE_PATH_UNKNOWN', errors: [] });
    await server.close();
  });

  it('answers with a problem when a metric cannot be read', async () => {
    const metrics = createMetrics();
    metrics.onCollect(() => Promise.reject(new Error('secret inside')));
    const server = createHealthServer({ host: '127.0.0.1', port: 0, checks: [], registry: metrics.registry });
    await server.open();
    const answer = await fetch(`${server.url()}/metrics`);
    const text = await answer.text();
    expect([answer.status, JSON.parse(text).code]).toEqual([500, 'X_SERVICE_INTERNAL']);
    expect(text).not.toContain('secret inside');
    await server.close();
  });
});

describe('createLogger', () => {
  it('masks secrets and shows of an error only its name, message, code and stack', () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 's', level: 'info', destination: { write: (line) => lines.push(line) } });
    const error = Object.assign(new Error('refused'), { code: 'X_A', query: 'values (hunter2)' });
    logger.info(
      { password: 'hunter2', config: { token: 'hunter2' }, headers: { a: 'hunter2' }, err: error },
      'constant',
    );
    expect(lines.join()).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      service: 's',
      msg: 'constant',
      err: { message: 'refused', code: 'X_A' },
    });
  });
});
