import { bodyTypeOf, isKnownEncoding, type Source, unpackBodyPooled } from '@millrace/connectors';
import { sources } from '@millrace/connectors/sources';
import { type CanonicalEntity, type EntityDefinition, entities } from '@millrace/contracts';
import {
  type Accepted,
  type EventSample,
  type NotAccepted,
  type OpenDryRun,
  type WebhookSample,
  wrongSample,
} from '@millrace/dry-run';
import { edgeTraceparent, eventId } from '@millrace/messaging';
import { refuseBody } from './body-refusals.ts';
import { Refusal } from './outcome.ts';
import { sha256, type WireRequest } from './raw-record.ts';
import { eventRecord, readEvent } from './read-event.ts';
import { readWebhook, webhookRecord } from './read-webhook.ts';
import { statedVersion } from './stated-version.ts';

const unsigned = 'the signature was not checked: a sample is nobody’s request';

/** How the gateway reads a request, without its door: no listener, no signature, no ledger, no claim check. */
export const openDryRun: OpenDryRun = ({ flows, now }) => ({
  async webhook(sample) {
    const instance = Object.hasOwn(flows.sources, sample.source) ? flows.sources[sample.source] : undefined;
    if (instance === undefined)
      throw wrongSample([{ pointer: '/source', message: `expected one of ${Object.keys(flows.sources).join(', ')}` }]);
    const definition = sources[instance.connector] as Source;
    const { identity: identityPolicy } = instance.settings;
    return refusedAs('/body', () => acceptWebhook(sample, { name: instance.name, definition, identityPolicy }, now()));
  },
  async event(sample) {
    const known: Readonly<Record<string, EntityDefinition<CanonicalEntity>>> = entities as never;
    const entity = Object.hasOwn(known, sample.entity) ? known[sample.entity] : undefined;
    if (entity === undefined)
      throw wrongSample([{ pointer: '/entity', message: `expected one of ${Object.keys(known).join(', ')}` }]);
    return refusedAs('/event', async () => acceptEvent(sample, entity, now()));
  },
});

async function acceptWebhook(
  sample: WebhookSample,
  source: { readonly name: string; readonly definition: Source; readonly identityPolicy: 'source' | 'body' },
  receivedAt: number,
): Promise<Accepted | NotAccepted> {
  const { definition } = source;
  const headers = new Map(Object.entries(sample.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const header = (name: string): string | undefined => headers.get(name);
  const bodyType = bodyTypeOf(header('content-type'), definition.body.types);
  if (bodyType === undefined)
    throw wrongSample([{ pointer: '/headers/content-type', message: `${definition.name} sends no such body` }]);
  const encoding = header('content-encoding');
  if (!isKnownEncoding(encoding))
    throw wrongSample([{ pointer: '/headers/content-encoding', message: 'is an encoding that nobody here unpacks' }]);
  const unpacked = await unpackBodyPooled(sample.body, encoding, definition.body.maxBytes).catch(refuseBody);
  const wire: WireRequest = {
    ...{ method: sample.method, path: `/v1/webhooks/${source.name}`, query: sample.query },
    headers: Object.entries(sample.headers).map(([name, value]) => ({ name, value })),
    ...{ remoteAddress: null, body: sample.body, receivedAt },
  };
  const digest = sha256(sample.body);
  const read = readWebhook({
    ...{ source, wire, unpacked, bodyType, header },
    verdict: { kind: 'verified', keyId: 'dry-run', signedAt: null, signedSha256: digest },
    freshId: () => digest,
  });
  if (read.kind === 'handshake') return { outcome: `answered as the handshake ${read.handshake.name}: nothing flows` };
  const record = webhookRecord(read, { body: read.draft.body, bodyRef: null, dedupe: 'unknown' });
  return { ...record, notes: [unsigned] };
}

function acceptEvent(
  { event, client, headers }: EventSample,
  entity: EntityDefinition<CanonicalEntity>,
  receivedAt: number,
): Accepted {
  const headersDistinct = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]),
  );
  const version = statedVersion({ headersDistinct }, receivedAt);
  const body = Buffer.from(JSON.stringify(event) ?? '');
  const identity = headersDistinct['idempotency-key']?.[0] ?? sha256(body);
  const id = eventId([client, entity.name, identity]);
  const read = readEvent(entity, body, { version, receivedAt });
  const traceparent = edgeTraceparent(headersDistinct['traceparent']?.[0], id);
  return { ...eventRecord(entity, read, { version, client, id, receivedAt, traceparent }), notes: [] };
}

/** What the gateway would answer, at the places of the sample's file. */
async function refusedAs<T>(place: string, accept: () => Promise<T>): Promise<T> {
  try {
    return await accept();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const found = error.errors ?? [{ pointer: '', message: `${error.message} (${error.code})` }];
    throw wrongSample(found.map(({ pointer, message }) => ({ pointer: `${place}${pointer}`, message })));
  }
}
