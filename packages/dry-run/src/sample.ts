import { z } from 'zod';
import { wrongSample } from './errors.ts';

/** A request of a vendor, as a source of the flow files gets it. */
export interface WebhookSample {
  readonly kind: 'webhook';
  readonly source: string;
  readonly method: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A business event of one's own program. */
export interface EventSample {
  readonly kind: 'event';
  readonly entity: string;
  /** Whose API key it comes with. */
  readonly client: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly event: unknown;
}

/** A record that stands in a topic. */
export interface RecordSample {
  readonly kind: 'record';
  readonly topic: string;
  readonly key: string | null;
  readonly value: unknown;
}

export type Sample = WebhookSample | EventSample | RecordSample;

const headers = z.record(z.string(), z.string()).default({});
const shapes = {
  source: z.strictObject({
    source: z.string().min(1),
    method: z.string().default('POST'),
    query: z.string().default(''),
    headers,
    body: z.unknown().optional(),
    bodyBase64: z.base64().optional(),
  }),
  entity: z.strictObject({
    entity: z.string().min(1),
    client: z.string().min(1).default('dry-run'),
    headers,
    event: z.unknown(),
  }),
  topic: z.strictObject({ topic: z.string().min(1), key: z.string().nullish(), value: z.unknown() }),
};

const kinds =
  'a webhook {"source", "headers", "body"}, a business event {"entity", "event"}, or a record {"topic", "key", "value"}';

/** What a file of `--input` says. Throws one error with every place that is wrong. */
export function parseSample(content: unknown): Sample {
  const named = (['source', 'entity', 'topic'] as const).filter(
    (name) => typeof content === 'object' && content !== null && Object.hasOwn(content, name),
  );
  const [kind] = named;
  if (kind === undefined || named.length > 1)
    throw wrongSample([
      { pointer: '', message: `expected ${kinds}, and not ${named.join(' with ') || 'none of them'}` },
    ]);
  if (kind === 'source') return webhookOf(checked(shapes.source, content));
  if (kind === 'entity') return { kind: 'event', ...checked(shapes.entity, content) };
  const { topic, key, value } = checked(shapes.topic, content);
  return { kind: 'record', topic, key: key ?? null, value };
}

function webhookOf({ body, bodyBase64, ...rest }: z.infer<typeof shapes.source>): WebhookSample {
  if ((body === undefined) === (bodyBase64 === undefined))
    throw wrongSample([{ pointer: '/body', message: 'expected one of body (JSON or text) and bodyBase64' }]);
  const bytes =
    bodyBase64 === undefined
      ? Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      : Buffer.from(bodyBase64, 'base64');
  return { kind: 'webhook', ...rest, body: bytes };
}

function checked<T>(shape: z.ZodType<T>, content: unknown): T {
  const parsed = shape.safeParse(content);
  if (parsed.success) return parsed.data;
  throw wrongSample(
    parsed.error.issues.map(({ path, message }) => ({
      pointer: path.map((step) => `/${String(step)}`).join(''),
      message,
    })),
  );
}
