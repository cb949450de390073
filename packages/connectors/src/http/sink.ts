import { isoTime } from '@millrace/messaging';
import { destinations, fitValue, headerValue } from '@millrace/text';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import {
  type AnySink,
  defineSink,
  reference,
  type Sink,
  type SinkContext,
  type SinkDelivery,
  urlReference,
} from '../sink.ts';
import { requireSuccess } from '../sink-answers.ts';

const config = z.strictObject({
  url: urlReference().describe('Where to post'),
  secret: reference().describe('Standard Webhooks secret (`whsec_…`) that the receiver verifies with'),
  authorization: reference().optional().describe('Value of an Authorization header, where the receiver wants one too'),
  type: z.string().min(1).optional().describe('The `type` of the message; `<entity>.delivered` when absent'),
});
type HttpConfig = z.infer<typeof config>;

export const httpSink: AnySink = defineSink<HttpConfig>({
  name: 'http',
  summary: 'Posts JSON signed by the Standard Webhooks specification, with the event id as Idempotency-Key.',
  config,
  inDoubt: 'repeat',
  entities: 'any',
  rate: null,
  concurrency: 32,
  echoes: false,
  open: openHttp,
});

function openHttp(config: HttpConfig, { outbound, now }: SinkContext): Sink {
  const webhook = new Webhook(config.secret);
  const target = `POST ${new URL(config.url).host}`;
  return {
    async write(delivery, signal) {
      const sent = fitValue(message(delivery, config.type ?? `${delivery.entity}.delivered`), destinations.json);
      const body = JSON.stringify(sent);
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
function message(delivery: SinkDelivery, type: string): object {
  const { value } = delivery;
  return {
    type,
    timestamp: isoTime(value.receivedAt),
    id: delivery.key,
    correlationId: delivery.correlationid,
    sequence: delivery.sequence,
    generation: delivery.generation,
    // Null is what a map makes of nothing: the receiver never gets more than the map names.
    data:
      delivery.mapped === undefined
        ? { ...value.entity, context: value.context ?? {}, judgements: value.judgements ?? {} }
        : delivery.mapped,
  };
}
