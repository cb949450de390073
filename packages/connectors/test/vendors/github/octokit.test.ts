import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { Normalised, SentHeader } from '../../../src/kit/normalise.ts';
import { select } from '../../../src/kit/selector.ts';
import { documentOf } from '../../../src/kit/webhook-body.ts';
import { githubSource } from '../../../src/vendors/github/source.ts';
import { aMeta } from '../../kit/a-meta.ts';

interface Example {
  readonly name: string;
  readonly examples: readonly {
    readonly action?: string;
    readonly issue?: { readonly id: number; readonly title: string; readonly updated_at?: string };
  }[];
}

const events = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[];
const payloads = events.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));

const normalisedBody = (body: string, contentType: string, name: string): Normalised | undefined => {
  const headers: readonly SentHeader[] = [
    { name: 'Content-Type', value: contentType },
    { name: 'X-GitHub-Event', value: name },
  ];
  const document = documentOf({ body: Buffer.from(body), headers }, githubSource.body);
  return githubSource.normalise?.(document, aMeta('github', { headers, eventType: name, receivedAt: 0 }));
};
const normalised = (name: string, payload: object): Normalised | undefined =>
  normalisedBody(JSON.stringify(payload), 'application/json', name);

describe('every payload GitHub publishes as an example', () => {
  it('is there in number', () => {
    expect(payloads.length).toBeGreaterThan(300);
  });
  it('becomes an issue when it is an issues event, and nothing otherwise', () => {
    for (const { name, payload } of payloads) {
      const result = normalised(name, payload);
      if (name === 'issues')
        expect(result).toMatchObject({
          kind: 'entities',
          items: [
            {
              entity: 'issues',
              key: `github:${payload.issue?.id}`,
              data: { title: payload.issue?.title, action: payload.action },
            },
          ],
        });
      else expect(result).toEqual({ kind: 'filtered', reason: 'not-an-issue' });
    }
  });
  it.each([
    ['deleted', 'permanent'],
    ['transferred', 'soft'],
  ])(
    'says of one that was %s that the issue is gone, after everything that GitHub said of it before',
    (action, kind) => {
      const told = payloads.filter(({ name, payload }) => name === 'issues' && payload.action === action);
      expect(told.length).toBeGreaterThan(0);
      for (const { name, payload } of told) {
        const changedAt = Date.parse(payload.issue?.updated_at ?? '');
        expect(normalised(name, payload)).toMatchObject({
          items: [{ eventTime: changedAt + 1, deletion: { kind, reason: action, at: 0 } }],
        });
      }
      const others = payloads.filter(({ name, payload }) => name === 'issues' && payload.action === 'edited');
      for (const { name, payload } of others)
        expect(JSON.stringify(normalised(name, payload))).not.toContain('"deletion"');
    },
  );
  it('is read the same from a form as from JSON', () => {
    for (const { payload } of payloads.filter(({ name }) => name === 'issues')) {
      const text = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const form = normalisedBody(text, 'application/x-www-form-urlencoded', 'issues');
      expect(form).toEqual(normalised('issues', payload));
    }
  });
  it('has a type, and a subject', () => {
    const view = (name: string, document: object) => ({
      document,
      header: (header: string) => (header === 'x-github-event' ? name : undefined),
      query: new URLSearchParams(),
    });
    const untyped = payloads.filter(
      ({ name, payload }) => select(githubSource.eventType ?? 'const:', view(name, payload)) === null,
    );
    const homeless = payloads.filter(
      ({ name, payload }) => select(githubSource.subject ?? 'const:', view(name, payload)) === null,
    );
    expect(untyped).toEqual([]);
    expect(homeless.map(({ name }) => name)).toEqual([]);
  });
});
