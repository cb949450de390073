import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DryRunPorts, parseSample } from '@millrace/dry-run';
import { aFlow, flowsOf } from '@millrace/flows/testing';
import { headerText } from '@millrace/messaging';
import { openDryRun } from '../src/dry-run.ts';
import { type Fixture, instances, openGateway, postWebhook, rawRecords, zendeskEvent } from './gateway-fixture.ts';

const ports: DryRunPorts = {
  flows: flowsOf([aFlow()], instances),
  ...{ environment: {}, reference: new Map(), packFolder: (pack) => pack },
  now: () => 1_795_170_000_000,
};
const accept = async (content: unknown) => {
  const sample = parseSample(content);
  const dry = await openDryRun(ports);
  if (sample.kind === 'record') throw new Error('no sample of the gateway');
  return sample.kind === 'webhook' ? dry.webhook?.(sample) : dry.event?.(sample);
};

describe('the gateway in a dry run', () => {
  let door: Fixture;
  beforeEach(async () => {
    door = await openGateway();
  });
  afterEach(() => door.close());

  it('makes of a sample what the door makes of the request', async () => {
    const body = zendeskEvent('same');
    const headers = { 'content-type': 'application/json', authorization: 'Basic c2VjcmV0' };
    await postWebhook(door.url, 'zendesk', body, { headers });
    const [written] = rawRecords(door.broker);
    const dry = (await accept({ source: 'zendesk', headers, body })) as {
      readonly key: string;
      readonly headers: NonNullable<typeof written>['record']['headers'];
      readonly value: Readonly<Record<string, unknown>>;
    };
    const own = ['receivedAt', 'remoteAddress', 'headers', 'verification', 'dedupe'];
    const without = (value: object) =>
      Object.fromEntries(Object.entries(value).filter(([name]) => !own.includes(name)));
    expect(without(dry.value)).toEqual(without(written?.value ?? {}));
    expect(dry.key).toBe(written?.record.key?.toString());
    for (const name of ['ce_id', 'ce_time', 'ce_type', 'ce_source', 'ce_correlationid'])
      expect(headerText(dry.headers, name)).toBe(headerText(written?.record.headers ?? [], name));
    expect(JSON.stringify(dry.value)).not.toContain('c2VjcmV0');
  });
});

describe('a sample that the gateway would refuse', () => {
  it.each([
    ['of no source', { source: 'zendes', body: {} }, '/source'],
    ['with a body that is not JSON', { source: 'zendesk', body: '{' }, '/body'],
    [
      'of a type the source does not send',
      { source: 'zendesk', body: '', headers: { 'Content-Type': 'text/xml' } },
      '/headers/content-type',
    ],
    [
      'packed as nobody unpacks',
      { source: 'zendesk', body: {}, headers: { 'content-encoding': 'lzw' } },
      '/headers/content-encoding',
    ],
    ['of no entity', { entity: 'ticket', event: {} }, '/entity'],
    ['without an id', { entity: 'tickets', event: { subject: 'x' } }, '/event/id'],
    ['with a field of another type', { entity: 'tickets', event: { id: '1', subject: 7 } }, '/event/subject'],
    ['with a field that is not declared', { entity: 'tickets', event: { id: '1', colour: 'red' } }, '/event/colour'],
  ])('is refused at its place: %s', async (_, content, pointer) => {
    const error = await accept(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'X_DRY_RUN_SAMPLE' });
    expect((error as { problems: readonly { pointer: string }[] }).problems.map((one) => one.pointer)).toContain(
      pointer,
    );
  });

  it('is none where nothing would flow: a handshake', async () => {
    const body = { type: 'url_verification', challenge: 'abc' };
    expect(await accept({ source: 'slack', body })).toMatchObject({ outcome: expect.stringContaining('handshake') });
  });
});
