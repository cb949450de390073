import { describe, expect, it } from '@jest/globals';
import { receivedTicket } from '@millrace/conformance/builders';
import { topics } from '@millrace/contracts';
import { aFlow, flowsOf } from '@millrace/flows/testing';
import { CodedError, deadLetter, type Handler, pipeline } from '@millrace/messaging';
import { type DryRunPorts, type DryService, dryRun, type OpenDryRun, parseSample } from '../src/index.ts';

const never = new AbortController().signal;
const flows = flowsOf([
  aFlow('tickets', {
    deliver: [{ route: 'hook', sink: 'http', when: null, map: null, settings: {}, order: 'key', onFailure: 'tiers' }],
  }),
]);
const ports: DryRunPorts = {
  ...{ flows, environment: {}, reference: new Map(), packFolder: (pack) => pack },
  now: () => 1_795_170_000_000,
};
const ticket = {
  ...{ id: '1', subject: 'Card declined', description: null, status: null, priority: null, channel: null },
  requester: { id: null, name: null, email: null, emailDomain: null },
  ...{ tags: [], assignee: null, group: null, url: null, createdAt: null, updatedAt: null, attributes: {} },
};
const sample = parseSample({
  ...{ topic: 'tickets.received.v1', key: 'a:1', value: { ...receivedTicket, entity: ticket } },
});

type Received = (typeof topics.ticketsReceived)['decode'] extends (bytes: Buffer) => infer Value ? Value : never;

const enricher =
  (handle: Handler<Received>, closed: () => void = () => undefined): OpenDryRun =>
  (): DryService => ({
    stages: [
      {
        pipeline: pipeline({
          ...{
            name: 'enrich',
            group: 'enricher.tickets',
            from: [topics.ticketsReceived],
            to: [topics.ticketsEnriched],
          },
          handle,
        }),
        findings: () => ({ notes: ['seen'] }),
      },
    ],
    close: async () => closed(),
  });
const enriched: Handler<Received> = ({ data, key }) => ({
  outputs: [{ to: topics.ticketsEnriched, key, data: { ...data, sequence: '1', context: {} } }],
  outcome: { kind: 'emitted' },
});

describe('a dry run', () => {
  it('goes from stage to stage by what each would publish, and says which stage nobody can run dry', async () => {
    const report = await dryRun(sample, { ports, services: new Map([['enricher', enricher(enriched)]]) }, never);
    expect(report.accepted).toMatchObject({ topic: 'tickets.received.v1', key: 'a:1' });
    expect(report.steps).toMatchObject([
      {
        stage: 'enrich',
        notes: ['seen'],
        outcome: { kind: 'emitted' },
        records: [
          { topic: 'tickets.enriched.v1', key: 'a:1', value: { sequence: '1', entity: { subject: 'Card declined' } } },
        ],
      },
      {
        stage: 'deliver',
        route: 'hook',
        outcome: { kind: 'not-run', reason: expect.stringContaining('sink-writers') },
      },
    ]);
  });

  it('ends where a record would fail, and says how', async () => {
    const failing: Handler<Received> = () => {
      throw new CodedError('X_ENRICH_LOOKUP_MISSING', 'table accounts has no row', { disposition: deadLetter });
    };
    const { steps } = await dryRun(sample, { ports, services: new Map([['enricher', enricher(failing)]]) }, never);
    expect(steps).toMatchObject([
      { outcome: { kind: 'failed', code: 'X_ENRICH_LOOKUP_MISSING', disposition: 'dead-letter' }, notes: ['seen'] },
    ]);
  });

  it('shows a failure that nobody foresaw as the pipeline would treat it, and goes on elsewhere', async () => {
    const failing: Handler<Received> = () => {
      throw new TypeError('x is not a function');
    };
    const { steps } = await dryRun(sample, { ports, services: new Map([['enricher', enricher(failing)]]) }, never);
    expect(steps).toMatchObject([{ outcome: { kind: 'failed', code: 'X_INTERNAL', disposition: 'retry' } }]);
  });

  it('lets a webhook in at the service that has no stage, and opens no other for it', async () => {
    const refusing: OpenDryRun = () => {
      throw new Error('not to be opened');
    };
    const edge: OpenDryRun = () => ({ webhook: async () => ({ outcome: 'a handshake' }) });
    const services = new Map([
      ['enricher', refusing],
      ['ingest-gateway', edge],
    ]);
    const webhook = parseSample({ source: 'zendesk', body: '' });
    expect(await dryRun(webhook, { ports, services }, never)).toMatchObject({ accepted: null, notes: ['a handshake'] });
  });

  it('opens a service only when a record reaches it, and closes what it opened', async () => {
    let opened = 0;
    let closed = 0;
    const unreached: OpenDryRun = () => {
      opened += 1;
      return {};
    };
    const services = new Map<string, OpenDryRun>([
      [
        'enricher',
        enricher(
          () => ({ outputs: [], outcome: { kind: 'filtered', reason: 'echo' } }),
          () => {
            closed += 1;
          },
        ),
      ],
      ['sink-writers', unreached],
    ]);
    await dryRun(sample, { ports, services }, never);
    expect({ opened, closed }).toEqual({ opened: 0, closed: 1 });
  });

  it.each([
    ['a topic that no stage reads', { topic: 'tickets.unknown.v1', value: {} }, '/topic'],
    [
      'a field of another type',
      { topic: 'tickets.received.v1', value: { ...receivedTicket, entity: { ...ticket, id: 1 } } },
      '/value/entity/id',
    ],
    [
      'a field that is not declared',
      { topic: 'tickets.received.v1', value: { ...receivedTicket, entity: { ...ticket, x: 1 } } },
      '/value/entity/x',
    ],
  ])('refuses a record at its place: %s', async (_, content, pointer) => {
    const running = dryRun(parseSample(content), { ports, services: new Map() }, never);
    await expect(running).rejects.toMatchObject({ code: 'X_DRY_RUN_SAMPLE', problems: [{ pointer }] });
  });
});
