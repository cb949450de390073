import { describe, expect, it } from '@jest/globals';
import { type CanonicalEntity, type EntityDefinition, entities, withoutContent } from '../src/index.ts';

const all = Object.values(entities) as unknown as readonly EntityDefinition<CanonicalEntity>[];

/** Every text of a schema's fields filled, as far as they are texts, lists or maps. */
function filled(entity: EntityDefinition<CanonicalEntity>): CanonicalEntity {
  const { fields } = entity.record.schema as {
    readonly fields: readonly { readonly name: string; readonly type: unknown }[];
  };
  const secret = (type: unknown): unknown => {
    const text = JSON.stringify(type);
    if (text.includes('timestamp-millis')) return 1_795_000_000_000;
    if (text.includes('"map"')) return { note: 'Ana Example' };
    if (text.includes('"array"')) return ['Ana Example'];
    if (text.includes('"record"')) return null;
    return text.includes('"string"') ? 'Ana Example' : null;
  };
  const value = Object.fromEntries(fields.map(({ name, type }) => [name, secret(type)]));
  return { ...value, id: '7' } as unknown as CanonicalEntity;
}

describe.each(all.map((entity) => [entity.name, entity] as const))('%s that are gone for good', (_, entity) => {
  it('have nothing left but their id and their times, and still fit their schema', () => {
    const left = withoutContent(entity, filled(entity));
    expect(JSON.stringify(left)).not.toContain('Ana');
    expect(left.id).toBe('7');
    expect(entity.record.violations(left)).toEqual([]);
    expect(JSON.stringify(left).includes('1795000000000')).toBe(
      JSON.stringify(entity.record.schema).includes('timestamp-millis'),
    );
  });

  it('can be made of an id alone', () => {
    expect(entity.record.violations(withoutContent(entity, { id: '7', attributes: {} }))).toEqual([]);
  });
});
