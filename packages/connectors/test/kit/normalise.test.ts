import { describe, expect, it } from '@jest/globals';
import type { Normalise, Normalised, NormalisedItem } from '../../src/kit/normalise.ts';
import { defineSource, type Source, type SourceDefinition } from '../../src/kit/source.ts';
import { githubSource } from '../../src/vendors/github/source.ts';
import { aMeta } from './a-meta.ts';

const item = (entity: string, id: string, over: Partial<NormalisedItem> = {}): NormalisedItem => ({
  ...{ entity, item: id, key: `s:${id}`, eventTime: null, data: { id } },
  ...over,
});
const made = (...items: readonly NormalisedItem[]): Normalised => ({ kind: 'entities', items });
const sourceOf = (normalise: Normalise, normalises: readonly string[] = ['tickets', 'messages']): Source =>
  defineSource({ ...(githubSource as SourceDefinition), normalises, normalise });
const itemsOf = (result: Normalised | undefined): readonly NormalisedItem[] =>
  result?.kind === 'entities' ? result.items : [];

describe('a normaliser', () => {
  it('may make entities of several kinds of one document', () => {
    const source = sourceOf(() => made(item('tickets', '1'), item('messages', '2'), item('messages', '3')));
    expect(itemsOf(source.normalise?.({}, aMeta('s'))).map(({ entity, item: name }) => [entity, name])).toEqual([
      ['tickets', '1'],
      ['messages', '2'],
      ['messages', '3'],
    ]);
  });

  it('names no two items alike, so that none is taken for the repetition of another', () => {
    const twice = [item('tickets', '1'), item('messages', '1'), item('messages', '1'), item('messages', '["1",1]')];
    const source = sourceOf(() => made(...twice));
    const names = itemsOf(source.normalise?.({}, aMeta('s'))).map(({ item: name }) => name);
    expect(names[0]).toBe('1');
    expect(new Set(names).size).toBe(4);
    expect(itemsOf(source.normalise?.({}, aMeta('s'))).map(({ item: name }) => name)).toEqual(names);
  });

  it('makes no kind of entity that its source does not declare', () => {
    const source = sourceOf(() => made(item('tickets', '1'), item('leads', '2')));
    expect(() => source.normalise?.({}, aMeta('s'))).toThrow(
      expect.objectContaining({ code: 'X_NORMALISE_ENTITY', disposition: { kind: 'dead-letter' } }),
    );
  });

  it('lets of our own echo only go on what is gone, whatever its kind', () => {
    const gone = { deletion: { kind: 'soft', at: 1, reason: null } } as const;
    const echoed = aMeta('s', { actor: 'ours', integrationActor: 'ours' });
    const source = sourceOf(() => made(item('tickets', '1'), item('messages', '2', gone)));
    expect(itemsOf(source.normalise?.({}, echoed)).map(({ entity }) => entity)).toEqual(['messages']);
    const none = sourceOf(() => made(item('tickets', '1'), item('messages', '2')));
    expect(none.normalise?.({}, echoed)).toEqual({ kind: 'filtered', reason: 'echo' });
  });

  it('does not take an event without an actor for an echo where we have none', () => {
    const source = sourceOf(() => made(item('tickets', '1')));
    expect(itemsOf(source.normalise?.({}, aMeta('s')))).toHaveLength(1);
  });

  it('is refused at import where it declares no entity, or one that no schema has', () => {
    expect(() => sourceOf(() => made(), [])).toThrow('normalises names no entity');
    for (const unknown of ['orders', 'toString', '__proto__'])
      expect(() => sourceOf(() => made(), ['tickets', unknown])).toThrow(`names ${unknown}, which no schema declares`);
  });

  it('reads what was fetched as what was sent: without headers', () => {
    const document = { issue: { id: 7, title: 'Retries' }, action: 'opened' };
    expect(githubSource.normalise?.(document, aMeta('github', { eventType: 'issues' }))).toMatchObject({
      items: [{ entity: 'issues', key: 'github:7' }],
    });
  });
});
