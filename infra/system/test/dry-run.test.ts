import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import {
  type DryRunReport,
  dryRun,
  loadDryRunServices,
  parseSample,
  readReferenceFolder,
  type Step,
} from '@millrace/dry-run';
import { loadFlows } from '@millrace/flows';
import { shippedPacks } from '@millrace/models/shipped-packs';
import { ticketBody } from '../src/zendesk-ticket.ts';

const root = join(import.meta.dirname, '../../..');
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
let asked = 0;
const destination = createServer((_, response) => {
  asked += 1;
  response.end('{}');
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => destination.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(destination.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => destination.close(resolve)));

async function run(sample: unknown): Promise<DryRunReport> {
  const flows = loadFlows(join(root, 'infra/flows'), { knownSinks: sinks });
  const environment = {
    ...{ ZENDESK_BASE_URL: url, ZENDESK_API_TOKEN: 'a-token-of-zendesk', SLACK_BASE_URL: url },
    ...{ HTTP_BASE_URL: url, HTTP_SIGNING_SECRET: secret, POSTGRES_URL: url.replace('http', 'postgres') },
  };
  const ports = {
    ...{ flows, environment, now: Date.now },
    reference: readReferenceFolder(join(root, 'infra/flows/reference'), 0),
    packFolder: (pack: string) => join(shippedPacks, pack),
  };
  const services = await loadDryRunServices(root);
  return dryRun(parseSample(sample), { ports, services }, new AbortController().signal);
}

const at = ({ steps }: DryRunReport, stage: string, route: string | null = null): Step | undefined =>
  steps.find((step) => step.stage === stage && step.route === route);
const writes = (step: Step | undefined): readonly object[] =>
  (step?.requests ?? []).filter((request) => (request as { readonly purpose: string }).purpose === 'writes');

describe('a dry run of the flows that come with Millrace', () => {
  it('shows a webhook on its way through every stage, with what each destination would be sent, and sends nothing', async () => {
    const description = 'My card was declined at the shop, please help me at once, this is urgent!';
    const event = { subject: 'Card declined', description, email: 'ada@northwind.example' };
    const body = ticketBody({ ...event, ticket: '35436', eventId: '01H', at: '2026-11-30T10:00:00Z' });
    const report = await run({ source: 'zendesk', headers: { 'content-type': 'application/json' }, body });

    expect(report.accepted).toMatchObject({
      ...{ topic: 'webhooks.received.v1', key: 'zendesk:35436' },
      value: { body, eventType: 'ticket.created' },
    });
    expect(report.steps.map(({ stage, route, outcome }) => [stage, route, outcome.kind])).toEqual([
      ['normalise', null, 'emitted'],
      ['enrich', null, 'emitted'],
      ['classify', null, 'emitted'],
      ['deliver', 'triage', 'delivered'],
      ['deliver', 'urgent', expect.stringMatching(/delivered|filtered/)],
      ['deliver', 'vip', expect.stringMatching(/delivered|filtered/)],
      ['deliver', 'archive', 'delivered'],
    ]);
    expect(at(report, 'enrich')?.lookups).toEqual([{ table: 'accounts', key: 'northwind.example', found: true }]);
    expect(at(report, 'classify')?.records[0]?.value).toMatchObject({
      judgements: { category: { decision: 'accepted' }, language: { label: 'en' } },
    });
    expect(at(report, 'deliver', 'triage')?.conditions).toMatchObject([{ holds: true }]);
    expect(writes(at(report, 'deliver', 'triage'))).toMatchObject([
      { method: 'PUT', url: `${url}/api/v2/tickets/35436.json`, headers: { authorization: '[redacted]' } },
    ]);
    expect(writes(at(report, 'deliver', 'archive'))).toMatchObject([
      { kind: 'sql', parameters: [[{ id: 'zendesk:35436', subject: 'Card declined' }], 'tickets.archive', 'tickets'] },
    ]);
    expect(JSON.stringify(report)).not.toContain('a-token-of-zendesk');
    expect(asked).toBe(0);
  });

  it('shows the signed request of a business event, and not what it is signed with', async () => {
    const report = await run({ entity: 'issues', event: { id: '1', repository: 'acme/mill', title: 'It breaks' } });
    expect(writes(at(report, 'deliver', 'notify'))).toMatchObject([
      { method: 'POST', url: `${url}/issues`, headers: { 'webhook-signature': '[redacted]' } },
    ]);
    expect(JSON.stringify(report)).not.toContain(secret);
    expect(asked).toBe(0);
  });

  it('says that a required lookup without a row would make a dead letter', async () => {
    const report = await run({ entity: 'issues', event: { id: '1', repository: 'acme/none', title: 'It breaks' } });
    expect(report.steps).toMatchObject([
      {
        lookups: [{ table: 'owners', key: 'acme/none', found: false }],
        outcome: { kind: 'failed', code: 'X_ENRICH_LOOKUP_MISSING', disposition: 'dead-letter' },
      },
    ]);
  });

  it('begins in the middle with a record of a stage', async () => {
    const whole = await run({ entity: 'tickets', event: { id: '7', subject: 'Card declined' } });
    const classified = at(whole, 'classify')?.records[0];
    const report = await run({ topic: 'tickets.classified.v1', key: classified?.key, value: classified?.value });
    expect(new Set(report.steps.map(({ stage }) => stage))).toEqual(new Set(['deliver']));
    expect(writes(at(report, 'deliver', 'archive'))).toHaveLength(1);
  });
});
