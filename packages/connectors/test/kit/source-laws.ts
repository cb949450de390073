import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { sourceLaws as obeySourceLaws, type SourceRequest, type SourceShape } from '@millrace/conformance';
import { entities, instantOf } from '@millrace/contracts';
import { unpackBody } from '../../src/kit/content-encoding.ts';
import { identityOf } from '../../src/kit/identity.ts';
import type { EventMeta, Normalised } from '../../src/kit/normalise.ts';
import { type RequestView, type Selector, select, selectInstant } from '../../src/kit/selector.ts';
import type { Source } from '../../src/kit/source.ts';
import { signRequest } from '../../src/kit/verification/sign.ts';
import type { SignedRequest } from '../../src/kit/verification/verification.ts';
import { verify } from '../../src/kit/verification/verify.ts';
import { bodyTypeOf, documentOf, parseDocument } from '../../src/kit/webhook-body.ts';
import { aMeta } from './a-meta.ts';

export interface Sample {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SourceHarness {
  readonly source: Source;
  /** A secret as the vendor would issue it, and another one. */
  readonly secret: string;
  readonly otherSecret: string;
}

const now = Date.parse('2026-11-20T12:00:00.500Z');

/** The laws of `@millrace/conformance` for one source, signed as the vendor signs, at a fixed time. */
export function sourceLaws({ source, secret, otherSecret }: SourceHarness): void {
  const folder = join(import.meta.dirname, '../../src/vendors', source.name, 'samples');
  const samples = samplesIn(folder);
  const [first] = samples;
  if (first === undefined) throw new Error(`${folder} has no samples`);
  const { timestamp } = source.verification;
  obeySourceLaws({
    source: shapeOf(source, secret),
    samples: samples.map((sample) => ({
      name: sample.name,
      request: signed(source, sample, secret),
      golden: join(folder, `${sample.name}.expected.json`),
    })),
    now,
    secret,
    otherSecret,
    signedByOther: signed(source, first, otherSecret),
    proofHeaders: proofHeaders(source),
    toleranceMs: timestamp === undefined ? null : timestamp.toleranceMs,
    updateGolden: process.env['UPDATE_GOLDEN'] === '1',
  });
}

function shapeOf(source: Source, secret: string): SourceShape {
  const { normalise } = source;
  return {
    name: source.name,
    ordered: source.ordered,
    verify: (request, at, secrets) =>
      verify(source.verification, request, {
        secrets: secrets.map((text, index) => ({ keyId: `${index + 1}`, secret: text })),
        now: at,
      }),
    identity: (request) => JSON.stringify(envelopeOf(source, request, secret).identity),
    subject: (request) => (source.subject === undefined ? null : select(source.subject, viewOf(source, request))),
    envelope: (request) => envelopeOf(source, request, secret),
    occurredAt: (request) =>
      source.occurredAt === undefined ? null : selectInstant(source.occurredAt, viewOf(source, request)),
    sign: (request) => signedAnew(source, request, secret),
    ...formOf(source, secret),
    ...(normalise === undefined
      ? {}
      : {
          normalise: (request, eventType) =>
            normalise(
              documentIn(source, request),
              metaOf(source, request, eventType === undefined ? {} : { eventType }),
            ),
          checkNormalised: (result) => expectCanonical(result as Normalised, source),
          echo: (request) => {
            const by = (integrationActor: string) =>
              normalise(documentIn(source, request), metaOf(source, request, { actor: 'ours', integrationActor }));
            return { ours: by('ours'), others: by('another') };
          },
        }),
  };
}

/** The request as its sender would have signed it. */
function signedAnew(source: Source, { headers, body }: SourceRequest, secret: string): SourceRequest {
  const proof = new Set(Object.keys(signRequest(source.verification, { secret, body, now, headers: {} })));
  const others = headers.filter(({ name }) => !proof.has(name.toLowerCase()));
  const named = Object.fromEntries(others.map(({ name, value }) => [name.toLowerCase(), value]));
  const made = signRequest(source.verification, { secret, body, now, headers: named });
  return { body, headers: [...others, ...Object.entries(made).map(([name, value]) => ({ name, value }))] };
}

function formOf(source: Source, secret: string): Pick<SourceShape, 'asForm'> {
  const form = source.body.types.find((type) => type.kind === 'form');
  const field = form?.kind === 'form' ? form.field : undefined;
  if (field === undefined) return {};
  return {
    asForm: ({ headers, body }) => {
      const others = headers.filter(({ name }) => name.toLowerCase() !== 'content-type');
      const type = { name: 'content-type', value: 'application/x-www-form-urlencoded' };
      const text = new URLSearchParams({ [field]: body.toString() }).toString();
      return signedAnew(source, { headers: [...others, type], body: Buffer.from(text) }, secret);
    },
  };
}

export function samplesIn(folder: string): readonly Sample[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .toSorted()
    .map((file) => {
      const sample = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        headers: Record<string, string>;
        body: unknown;
      };
      return {
        name: file.slice(0, -'.json'.length),
        headers: sample.headers,
        // A text is the body itself, such as a form.
        body: Buffer.from(typeof sample.body === 'string' ? sample.body : JSON.stringify(sample.body)),
      };
    });
}

/** The sample as its sender would send it. */
export function signed(source: Source, { headers, body }: Sample, secret: string): SignedRequest {
  const all = { ...headers, ...signRequest(source.verification, { secret, body, now, headers }) };
  return { body, headers: Object.entries(all).map(([name, value]) => ({ name, value })) };
}

export function viewOf(source: Source, { headers, body }: SignedRequest): RequestView {
  const header = (wanted: string): string | undefined =>
    headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
  const type = bodyTypeOf(header('content-type'), source.body.types);
  if (type === undefined) throw new Error(`${source.name} does not take this content type`);
  const unpacked = unpackBody(body, header('content-encoding'), source.body.maxBytes);
  return { document: parseDocument(unpacked, type), header, query: new URLSearchParams() };
}

/** Of bytes that are no JSON, or a document without them, event type and actor are null: the door would say so too. */
function metaOf(source: Source, request: SignedRequest, over: Partial<EventMeta> = {}): EventMeta {
  const found = (selector: Selector | undefined): string | null => {
    if (selector === undefined) return null;
    try {
      return select(selector, viewOf(source, request));
    } catch {
      return null;
    }
  };
  return aMeta(source.name, {
    headers: request.headers,
    eventType: found(source.eventType),
    receivedAt: now,
    actor: found(source.actor),
    ...over,
  });
}

/** Frozen: a normaliser that changed it would change what the audit record compares with. */
function documentIn(source: Source, request: SignedRequest): unknown {
  return frozen(documentOf(request, source.body));
}

function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const child of Object.values(value)) frozen(child);
  return Object.freeze(value);
}

function envelopeOf(source: Source, request: SignedRequest, secret: string): { readonly identity: unknown } {
  const view = viewOf(source, request);
  const verdict = verify(source.verification, request, { secrets: [{ keyId: '1', secret }], now });
  if (verdict.kind !== 'verified') throw new Error(`${source.name}: a sample does not verify`);
  const { normalise } = source;
  const meta = metaOf(source, request);
  return {
    identity: identityOf(source, {
      view,
      bodySha256: createHash('sha256').update(request.body).digest('hex'),
      signedSha256: verdict.signedSha256,
      signedAt: verdict.signedAt,
      policy: 'source',
      freshId: () => 'fresh',
    }),
    eventType: meta.eventType,
    subject: source.subject === undefined ? null : select(source.subject, view),
    actor: meta.actor,
    occurredAt: source.occurredAt === undefined ? null : selectInstant(source.occurredAt, view),
    ...(normalise === undefined ? {} : { normalised: normalise(documentIn(source, request), meta) }),
  } as { readonly identity: unknown };
}

function proofHeaders({ verification: { signature, timestamp, signed: parts } }: Source): readonly string[] {
  const named = parts.flatMap((part) => /^\{header:(.+)\}$/.exec(part)?.[1] ?? []);
  return [
    signature.header,
    ...(timestamp !== undefined && 'header' in timestamp.in ? [timestamp.in.header] : []),
    ...named,
  ];
}

/** What a stage after it relies on: the entity fits its schema, the key names it, the time can be ordered by. */
function expectCanonical(result: Normalised, { name: source, normalises = [] }: Source): void {
  if (result.kind === 'filtered') {
    expect(result.reason).toMatch(/^[a-z-]+$/);
    return;
  }
  for (const item of result.items) {
    expect(normalises).toContain(item.entity);
    const entity = Object.entries(entities).find(([name]) => name === item.entity)?.[1];
    expect(entity?.record.violations(item.data)).toEqual([]);
    expect(item.key).toBe(`${source}:${item.data['id']}`);
    expect(item.item).not.toBe('');
    for (const instant of [item.eventTime, item.data['createdAt'] ?? null, item.data['updatedAt'] ?? null])
      if (instant !== null) expect(instantOf(new Date(instant as number).toISOString())).toBe(instant);
  }
}
