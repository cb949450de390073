import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Normalised } from '@millrace/connectors/kit/normalise';
import { defineSource, type Source } from '@millrace/connectors/kit/source';
import { sources } from '@millrace/connectors/sources';
import { type TicketReceived, type TransformationRecorded, topics, type WebhookReceived } from '@millrace/contracts';
import { CodedError, type Handled, isCodedError, outputId } from '@millrace/messaging';
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { normalise, normalisePipeline } from '../src/normalise.ts';
import { anEnvelope, aTicket, aWebhook, issueOpened, never, rejectionOf, sampleOf, ticketCreated } from './builders.ts';

const bodies = new Map<string, Buffer | null>();
const erased: (readonly [string, string | null])[] = [];
const options = {
  instances: {
    zendesk: {
      name: 'zendesk',
      connector: 'zendesk',
      secret: null,
      actor: '900100',
      enabled: true,
      settings: { identity: 'source' as const },
    },
  },
  connectors: sources,
  bodies: {
    get: async (ref: string) => {
      const body = bodies.get(ref);
      if (body === undefined) throw new CodedError('X_TEST_BODY', 'unknown', { disposition: { kind: 'dead-letter' } });
      return body;
    },
    erase: async (key: string, except: string | null) => void erased.push([key, except]),
  },
  bodyBudgetBytes: 1_000_000,
  now: () => 1_795_170_000_500,
};
const handle = async (webhook: WebhookReceived): Promise<Handled> => normalise(options)(anEnvelope(webhook), never);
const audit = (handled: Handled): TransformationRecorded => handled.outputs.at(-1)?.data as TransformationRecorded;

describe('normalise', () => {
  it('makes a Zendesk webhook into its ticket, newer by event time and linked to the raw record', async () => {
    const { outputs, outcome } = await handle(aWebhook(ticketCreated));
    expect(outcome).toStrictEqual({ kind: 'emitted' });
    const [ticket] = outputs;
    expect(ticket).toMatchObject({
      to: { name: 'tickets.received.v1' },
      key: 'zendesk:35436',
      item: '35436',
      time: '2026-11-20T10:12:07.672Z',
    });
    expect(ticket?.data).toMatchObject({
      sequence: '001795169527672-0000000000000000042',
      receivedAt: 1_795_170_000_000,
      source: 'zendesk',
      raw: { topic: 'webhooks.received.v1', partition: 2, offset: 42, id: anEnvelope(null).id },
      entity: { id: '35436', subject: 'Card declined at the airport', priority: 'urgent' },
    });
    const value = ticket?.data as TicketReceived;
    expect(topics.ticketsReceived.decode(topics.ticketsReceived.encode(value))).toStrictEqual(value);
  });

  it('makes the later of two events of one key in one record the newer, and leaves the others as if they came alone', async () => {
    const item = (key: string, id: string) => ({
      ...{ entity: 'tickets', key, item: id, eventTime: 1_795_169_527_672 },
      data: { id, tags: [], attributes: {} },
    });
    const batch = {
      ...sources['zendesk'],
      normalise: () => ({ kind: 'entities', items: [item('a', '1'), item('b', '2'), item('a', '3')] }),
    };
    const connectors = { ...sources, zendesk: batch as unknown as Source };
    const { outputs } = await normalise({ ...options, connectors })(anEnvelope(aWebhook(ticketCreated)), never);
    const sequences = outputs.flatMap(({ to, data }) =>
      to === topics.ticketsReceived ? (data as TicketReceived).sequence : [],
    );
    const alone = '001795169527672-0000000000000000042';
    expect(sequences).toEqual([alone, alone, `${alone}-000001`]);
  });

  it.each([
    ['states no time', null, null],
    ['states a time from the far future', 253_402_300_799_000, 'version-in-the-future'],
    ['states the beginning of time', 0, null],
  ])(
    'leaves the order to the log, and not to the gateway`s clock, where the vendor %s',
    async (_, eventTime, reason) => {
      const made = {
        entity: 'tickets',
        key: 'zendesk:1',
        item: '1',
        eventTime,
        data: { id: '1', tags: [], attributes: {} },
      };
      const connector = { ...sources['zendesk'], normalise: () => ({ kind: 'entities', items: [made] }) };
      const handle = normalise({ ...options, connectors: { zendesk: connector as unknown as Source } });
      const at = (offset: number, receivedAt: number) =>
        handle(
          anEnvelope(aWebhook(ticketCreated, { receivedAt }), {
            origin: { topic: 'webhooks.received.v1', partition: 2, offset, timestamp: 1_795_170_000_000 },
          }),
          never,
        );
      const [older, newer] = [await at(42, 1_795_170_000_080), await at(43, 1_795_169_999_920)];
      expect([older, newer].map(({ outputs }) => (outputs[0]?.data as TicketReceived | undefined)?.sequence)).toEqual([
        '001795170000000-0000000000000000042',
        '001795170000000-0000000000000000043',
      ]);
      expect(audit(older).reason).toBe(reason);
    },
  );

  it('lets nothing go on of what is deleted for good but its id and its times, and no large body of it stay', async () => {
    const created = aWebhook(ticketCreated);
    const text = (created.body ?? Buffer.alloc(0)).toString();
    const body = Buffer.from(text.replaceAll('ticket.created', 'ticket.permanently_deleted'));
    const { outputs } = await handle({ ...created, body, eventType: 'ticket.permanently_deleted' });
    const value = outputs[0]?.data as TicketReceived;
    expect(value).toMatchObject({ deletion: { kind: 'permanent', reason: 'deleted' }, entity: { subject: '' } });
    expect(topics.ticketsReceived.decode(topics.ticketsReceived.encode(value))).toStrictEqual(value);
    const { detail } = JSON.parse(text) as {
      readonly detail: { readonly subject: string; readonly description: string };
    };
    expect(detail.subject).not.toBe('');
    for (const said of [detail.subject, detail.description]) expect(JSON.stringify(outputs)).not.toContain(said);
    expect(erased).toEqual([[`zendesk:${value.entity.id}`, null]]);
  });

  it('ends what refers to a body that was erased, and says why', async () => {
    const ref = `sha256:${'0'.repeat(64)}`;
    bodies.set(ref, null);
    const webhook = { ...aWebhook(ticketCreated), body: null, bodyRef: { ref, sha256: '0'.repeat(64), bytes: 1 } };
    const handled = await handle(webhook as WebhookReceived);
    expect(handled.outcome).toEqual({ kind: 'filtered', reason: 'erased' });
    expect(audit(handled)).toMatchObject({ outcome: 'filtered', reason: 'erased' });
  });

  it('makes a GitHub webhook into its issue', async () => {
    const { outputs } = await handle(aWebhook(issueOpened, { eventType: 'issues' }));
    expect(outputs[0]).toMatchObject({
      to: { name: 'issues.received.v1' },
      data: { entity: { repository: 'acme/mill', number: 42 } },
    });
    expect(topics.issuesReceived.violations(outputs[0]?.data)).toStrictEqual([]);
  });

  it('records each change so that before and patch give after', async () => {
    const handled = await handle(aWebhook(ticketCreated));
    const { patch, ...rest } = audit(handled);
    expect(rest).toStrictEqual({
      stage: 'enricher.normalise',
      outcome: 'applied',
      reason: null,
      entity: 'tickets',
      inputId: anEnvelope(null).id,
      outputId: outputId(anEnvelope(null).id, 'normalise', 'ticket.received', '35436', 0),
      at: 1_795_170_000_500,
    });
    const after = jsonPatch.applyPatch(
      sampleOf(ticketCreated).body,
      JSON.parse(patch ?? '[]') as Operation[],
    ).newDocument;
    expect(after).toStrictEqual((handled.outputs[0]?.data as TicketReceived | undefined)?.entity);
  });

  it('ends the echo of our own write', async () => {
    const handled = await handle(aWebhook(ticketCreated, { actor: '900100' }));
    expect(handled.outcome).toStrictEqual({ kind: 'filtered', reason: 'echo' });
    expect(handled.outputs).toHaveLength(1);
    expect(audit(handled)).toMatchObject({ outcome: 'filtered', reason: 'echo', outputId: null, patch: null });
    expect(topics.transformationsRecorded.violations(audit(handled))).toStrictEqual([]);
  });

  it('does not take the actor of another instance for its own', async () => {
    expect((await handle(aWebhook(ticketCreated, { actor: '900100', source: 'zendesk-emea' }))).outcome.kind).toBe(
      'emitted',
    );
  });

  it.each(['slack', 'stripe', 'standard-webhooks', 'gone-from-the-registry', '__proto__'])(
    'lets %s, which has no normaliser, flow as raw',
    async (connector) => {
      const handled = await handle(aWebhook(ticketCreated, { connector }));
      expect(handled.outcome).toStrictEqual({ kind: 'filtered', reason: 'no-normaliser' });
    },
  );

  it('fetches no body of what flows as raw: one that has expired makes no dead letter there', async () => {
    const bodyRef = { ref: 'expired', sha256: '0'.repeat(64), bytes: 1 };
    const handled = await handle(aWebhook(ticketCreated, { connector: 'slack', body: null, bodyRef }));
    expect(handled.outcome).toStrictEqual({ kind: 'filtered', reason: 'no-normaliser' });
  });

  it('fetches a body that was too large for its record, and refuses one that is not what was received', async () => {
    const { body, ...webhook } = aWebhook(ticketCreated);
    bodies.set('large', body ?? Buffer.alloc(0));
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const claimed = (digest: string): WebhookReceived => ({
      ...webhook,
      body: null,
      bodyRef: { ref: 'large', sha256: digest, bytes: 1 },
    });
    expect((await handle(claimed(sha256))).outputs[0]).toMatchObject({ key: 'zendesk:35436' });
    expect(await rejectionOf(handle(claimed('00')))).toMatchObject({
      code: 'X_BODY_MISMATCH',
      disposition: { kind: 'dead-letter' },
    });
  });

  it('dead-letters a ticket that cannot be normalised, without its content', async () => {
    const body = Buffer.from(JSON.stringify({ type: 'zen:event-type:ticket.created', detail: { secret: 'hunter2' } }));
    const error = await rejectionOf(handle(aWebhook(ticketCreated, { body })));
    expect(error.disposition.kind).toBe('dead-letter');
    expect(error.message).not.toContain('hunter2');
  });

  it('makes entities of several kinds of one event, each with ids of its own and an audit record', async () => {
    const zendesk = defineSource({
      ...(sources['zendesk'] as Source),
      normalises: ['tickets', 'messages'],
      normalise: (document, { source }) => {
        const { detail } = document as { readonly detail: { readonly id: string; readonly subject: string } };
        const of = (entity: string, data: object) => ({ entity, item: detail.id, key: `${source}:${detail.id}`, data });
        const ticket = of('tickets', { ...aTicket({ id: detail.id }).entity });
        const message = of('messages', { id: detail.id, text: detail.subject });
        return {
          kind: 'entities',
          items: [ticket, message].map((item) => ({ ...item, eventTime: null })),
        } as Normalised;
      },
    });
    const { outputs } = await normalise({ ...options, connectors: { zendesk } })(
      anEnvelope(aWebhook(ticketCreated)),
      never,
    );
    expect(outputs.map(({ to }) => to.name)).toEqual([
      'tickets.received.v1',
      'transformations.recorded.v1',
      'messages.received.v1',
      'transformations.recorded.v1',
    ]);
    const ids = outputs.map(({ to, item = '' }) => outputId(anEnvelope(null).id, 'normalise', to.type, item, 0));
    expect(new Set(ids).size).toBe(4);
    const told = outputs.flatMap(({ to, data }) =>
      to === topics.transformationsRecorded ? [data as TransformationRecorded] : [],
    );
    expect(told.map(({ entity, outputId: id }) => [entity, id])).toEqual([
      ['tickets', ids[0]],
      ['messages', ids[2]],
    ]);
  });

  it('reads and compares what came compressed as what came plain', async () => {
    const plain = aWebhook(ticketCreated);
    const headers = [...plain.headers, { name: 'content-encoding', value: 'gzip' }];
    const packed = { ...plain, headers, body: gzipSync(plain.body ?? '') };
    expect(await handle(packed)).toStrictEqual(await handle(plain));
  });

  it('makes the same outputs of the same message, every time', async () => {
    expect(await handle(aWebhook(ticketCreated))).toStrictEqual(await handle(aWebhook(ticketCreated)));
  });

  it('answers random bytes with an outcome or a coded dead letter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('zendesk', 'github'),
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.option(fc.string()),
        async (connector, body, eventType) => {
          try {
            expect(['emitted', 'filtered']).toContain(
              (await handle(aWebhook(ticketCreated, { connector, body, eventType }))).outcome.kind,
            );
          } catch (error) {
            expect(isCodedError(error) && error.disposition.kind).toBe('dead-letter');
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('declares every topic that an output may name', () => {
    expect(normalisePipeline(options).to.map(({ name }) => name)).toStrictEqual([
      'tickets.received.v1',
      'issues.received.v1',
      'messages.received.v1',
      'transactions.received.v1',
      'leads.received.v1',
      'transformations.recorded.v1',
    ]);
  });
});
