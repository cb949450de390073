import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { signRequest, type Source, verify } from '@millrace/connectors';
import { loadExamples } from '@millrace/connectors/registry';
import { sources } from '@millrace/connectors/sources';
import { makeSample, type Sample } from '../../src/samples/make-sample.ts';
import { pauseBefore, type SampleKind, sampleKind } from '../../src/samples/sample-plan.ts';
import { readSampleTexts } from '../../src/samples/sample-texts.ts';

const examples = await loadExamples();
const root = join(import.meta.dirname, '../../../..');
const now = new Date('2026-11-22T10:00:00Z');
const first = Array.from({ length: 144 }, (_, n) => n);
const of = (kind: SampleKind): number => first.find((n) => sampleKind(n) === kind) ?? -1;

describe('the samples', () => {
  it('are of every kind in the first burst, poison of each cause more than once', () => {
    const counts = Map.groupBy(first, sampleKind);
    expect([...counts.keys()].sort()).toEqual(['issue', 'poison-channel', 'poison-issue', 'poison-ticket', 'ticket', 'ticket-update', 'ticket-urgent']);
    for (const poison of ['poison-channel', 'poison-issue', 'poison-ticket'] as const) expect(counts.get(poison)?.length).toBe(4);
  });

  it('are mostly tickets, and poison is rare once they trickle', () => {
    expect(first.filter((n) => sampleKind(n).startsWith('ticket')).length).toBeGreaterThan(100);
    const later = Array.from({ length: 1_200 }, (_, n) => n + 144);
    expect(later.filter((n) => sampleKind(n).startsWith('poison')).length).toBe(10);
  });

  it('come as a burst, then gently; a second start has a smaller one', () => {
    expect(pauseBefore(0, true)).toBeLessThan(100);
    expect(pauseBefore(143, true)).toBeLessThan(100);
    expect(pauseBefore(144, true)).toBeGreaterThan(500);
    expect(pauseBefore(30, false)).toBeGreaterThan(500);
  });

  it('say what real people wrote, and nothing twice before all of it', async () => {
    const texts = await readSampleTexts(root);
    expect(texts).toHaveLength(3_080);
    const used = new Set(texts.map((_, n) => (n * 997) % texts.length));
    expect(used.size).toBe(texts.length);
  });
});

describe('a sample', () => {
  const texts = ['How do I locate my card?', 'My card was declined twice and I need it at once, can somebody please look at this for me today?'];
  const make = (n: number): Sample => makeSample(n, { examples, texts }, now);
  const definitionOf = (sample: Sample): Source => {
    const definition = sources[sample.connector];
    if (definition === undefined) throw new Error(`there is no source ${sample.connector}`);
    return definition;
  };
  const normalise = (sample: Sample) => {
    const definition = definitionOf(sample);
    const headers = Object.entries({ ...sample.headers, 'content-type': 'application/json' }).map(([name, value]) => ({ name, value }));
    const meta = { source: sample.connector, headers, eventType: null, receivedAt: now.getTime(), actor: '900100', integrationActor: null };
    return definition.normalise?.(JSON.parse(sample.body) as unknown, meta);
  };

  it('is the same event whenever it is made, so that one sent twice is a duplicate', () => {
    for (const n of first) expect(make(n)).toEqual(make(n));
  });

  it('is different from every other', () => {
    const ids = first.map((n) => make(n)).map(({ headers }) => headers['x-zendesk-webhook-invocation-id'] ?? headers['x-github-delivery']);
    expect(new Set(ids).size).toBe(first.length);
  });

  it.each(['ticket', 'ticket-urgent', 'ticket-update', 'poison-channel'] as const)('of kind %s becomes a ticket', (kind) => {
    expect(normalise(make(of(kind)))).toMatchObject({ kind: 'entities', items: [{ entity: 'tickets' }] });
  });

  it('that updates a ticket is about one sent before', () => {
    const n = of('ticket-update');
    const earlier = normalise(make(n - 5));
    expect(normalise(make(n))).toMatchObject({ items: [{ key: earlier?.kind === 'entities' ? earlier.items[0]?.key : '' }] });
  });

  it('without text cannot be normalised', () => {
    expect(() => normalise(make(of('poison-ticket')))).toThrow(expect.objectContaining({ code: 'X_NORMALISE_FIELD_MISSING' }));
  });

  it('of a repository that nobody owns misses its lookup, and only that one does', () => {
    const repository = (n: number): unknown => {
      const normalised = normalise(make(n));
      return normalised?.kind === 'entities' ? (normalised.items[0]?.data as { readonly repository?: string }).repository : undefined;
    };
    expect(repository(of('poison-issue'))).toBe('acme/weir');
    expect(['acme/mill', 'acme/flume', 'acme/sluice']).toContain(repository(of('issue')));
  });

  it.each(first.slice(0, 36))('number %i is signed as its vendor signs', (n) => {
    const sample = make(n);
    const { verification } = definitionOf(sample);
    const body = Buffer.from(sample.body);
    const secret = 'a secret of sixteen or more';
    const headers = { ...sample.headers, ...signRequest(verification, { secret, body, now: now.getTime(), headers: sample.headers }) };
    const request = { headers: Object.entries(headers).map(([name, value]) => ({ name, value })), body };
    expect(verify(verification, request, { now: now.getTime(), secrets: [{ keyId: 'current', secret }] })).toMatchObject({ kind: 'verified' });
  });
});
