import { isoTime } from '@millrace/messaging';
import { destinations, fitValue, headerValue } from '@millrace/text';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Deletion } from '../../kit/deletion.ts';
import {
  type AnySink,
  defineSink,
  reference,
  type Sink,
  type SinkContext,
  type SinkDelivery,
  urlReference,
} from '../../kit/sink.ts';
import { requireSuccess } from '../../kit/sink-answers.ts';

const config = z.strictObject({
  url: urlReference().describe('Where to post'),
  secret: reference().describe('Standard Webhooks secret (`whsec_…`) that the receiver verifies with'),
  authorization: reference().optional().describe('Value of an Authorization header, where the receiver wants one too'),
  type: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The `type` of the message; `<entity>.delivered` when absent. That an entity is gone is always `<entity>.deleted`',
    ),
});
type HttpConfig = z.infer<typeof config>;

export const httpSink: AnySink = defineSink<HttpConfig>({
  name: 'http',
  summary: 'Posts JSON signed by the Standard Webhooks specification, with the event id as Idempotency-Key.',
  config,
  inDoubt: 'repeat',
  deletions: { soft: 'tells', permanent: 'tells' },
  entities: 'any',
  rate: null,
  concurrency: 32,
  echoes: false,
  open: openHttp,
  rehearse: () => ({ assumes: null, http: () => ({}) }),
});

function openHttp(config: HttpConfig, { outbound, now }: SinkContext): Sink {
  const webhook = new Webhook(config.secret);
  const target = `POST ${new URL(config.url).host}`;
  return {
    async write(delivery, signal) {
      const body = JSON.stringify(fitValue(message(delivery, config.type), destinations.json));
      const id = headerValue(delivery.eventId);
      // Signed anew on each try: receivers refuse an old timestamp, and know a repeat by its id.
      const at = new Date(now());
      const response = await outbound.send(
        {
          method: 'POST',
          url: config.url,
          headers: {
            'content-type': 'application/json',
            'idempotency-key': id,
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': webhook.sign(id, at, body),
            ...(config.authorization === undefined ? {} : { authorization: config.authorization }),
          },
          body,
        },
        signal,
      );
      requireSuccess(response, target, now());
      return { outcome: 'delivered', destination: `${target} ${response.status}` };
    },
    close: async () => undefined,
  };
}

/** The message: what the map made, or everything known. Receivers tell order by `sequence` and `generation`. */
function message(delivery: SinkDelivery, type: string | undefined): object {
  const { value } = delivery;
  const deletion = value.deletion ?? null;
  return {
    // Whatever the route calls its messages, that something is gone must not be taken for one of them.
    type: deletion === null ? (type ?? `${delivery.entity}.delivered`) : `${delivery.entity}.deleted`,
    timestamp: isoTime(value.receivedAt),
    id: delivery.key,
    correlationId: delivery.correlationid,
    sequence: delivery.sequence,
    generation: delivery.generation,
    data: deletion === null ? content(delivery) : gone(delivery, deletion),
  };
}

/** Null is what a map makes of nothing: the receiver never gets more than the map names. */
const content = ({ mapped, value }: SinkDelivery): unknown =>
  mapped === undefined ? { ...value.entity, context: value.context ?? {}, judgements: value.judgements ?? {} } : mapped;

/** The vendor's id and how it went: nothing else of it is the receiver's business any more. */
function gone({ value }: SinkDelivery, { kind, at, reason }: Deletion): object {
  const { id } = value.entity as { readonly id?: unknown };
  return { id, deletion: { kind, at: isoTime(at), reason } };
}
