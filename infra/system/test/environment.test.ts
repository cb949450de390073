import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFlows } from '@millrace/flows';
import { aFlow, flowsOf } from '@millrace/flows/testing';
import { environmentOf, type Installation, neededServices } from '../src/environment.ts';
import { loadServices } from '../src/services.ts';

const root = join(import.meta.dirname, '../../..');
const services = await loadServices(root);
const flows = loadFlows(join(root, 'infra/flows'));
const secrets = [
  'ZENDESK_SIGNING_SECRET',
  'ZENDESK_API_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_BOT_TOKEN',
  'GITHUB_WEBHOOK_SECRET',
  'STRIPE_SIGNING_SECRET',
  'STANDARD_WEBHOOKS_SECRET',
  'HTTP_SIGNING_SECRET',
];
const installation: Installation = {
  host: '127.0.0.1',
  port: ({ port }) => 8080 + port,
  kafkaBrokers: ['127.0.0.1:8092'],
  replicationFactor: 1,
  registryUrl: 'http://127.0.0.1:8090/apis/ccompat/v7',
  postgresUrl: 'postgres://millrace:x@127.0.0.1:8091/millrace',
  flows: 'infra/flows',
  publicUrl: 'http://127.0.0.1:8080',
  gatewayAdminUrl: 'http://127.0.0.1:8085',
  trustedOrigins: ['http://127.0.0.1:8100'],
  tokensFile: '/data/tokens.json',
  sourcesFile: '/data/sources.json',
  variables: Object.fromEntries(secrets.map((name) => [name, 'secret'])),
};
const toldTo = (name: string): readonly string[] => {
  const service = services.find((one) => one.name === name);
  return service === undefined ? [] : Object.keys(environmentOf(service, flows, installation));
};

describe('a service', () => {
  it('is told the secrets that its part of the flow files refers to, and no other', () => {
    const secretsOf = (name: string) =>
      toldTo(name)
        .filter((variable) => secrets.includes(variable))
        .toSorted();
    expect(secretsOf('ingest-gateway')).toStrictEqual([
      'GITHUB_WEBHOOK_SECRET',
      'SLACK_SIGNING_SECRET',
      'STANDARD_WEBHOOKS_SECRET',
      'STRIPE_SIGNING_SECRET',
      'ZENDESK_SIGNING_SECRET',
    ]);
    expect(secretsOf('sink-writers')).toStrictEqual(['HTTP_SIGNING_SECRET', 'SLACK_BOT_TOKEN', 'ZENDESK_API_TOKEN']);
    for (const name of ['enricher', 'classifier', 'dlq-replayer']) expect(secretsOf(name)).toStrictEqual([]);
  });

  it('is told the settings that it declares', () => {
    expect(toldTo('ingest-gateway')).toEqual(expect.arrayContaining(['MILLRACE_PORT', 'MILLRACE_ADMIN_PORT']));
    expect(toldTo('enricher')).not.toContain('MILLRACE_TOKENS_FILE');
    expect(toldTo('sink-writers')).toContain('MILLRACE_TRUSTED_ORIGINS');
  });

  it('starts only where some flow needs one of its stages; those that all need always do', () => {
    const needed = (list: Parameters<typeof flowsOf>[0]) =>
      neededServices(services, flowsOf(list)).map(({ name }) => name);
    expect(needed([])).toStrictEqual(['ingest-gateway', 'dlq-replayer']);
    expect(needed([aFlow('leads')])).toStrictEqual(['ingest-gateway', 'dlq-replayer', 'enricher']);
    expect(neededServices(services, flows)).toHaveLength(services.length);
  });
});
