import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText, root } from './workspace.ts';

interface Row {
  readonly schema?: string;
  readonly key?: string;
  readonly owner?: string;
  readonly retention?: string;
  readonly cleanup?: string;
}
interface Table {
  readonly topics: Readonly<Record<string, Row>>;
  readonly entities: Readonly<Record<string, Row>>;
  readonly entityKey: string;
  readonly entityStages: Readonly<Record<string, Row>>;
  readonly templates: Readonly<Record<string, Row & { readonly tiers?: readonly string[] }>>;
}

const { parse } = createRequire(join(root, 'packages/contracts/package.json'))('yaml') as {
  parse: (text: string) => Table;
};
const table = parse(readFileSync(join(root, 'schemas/topics.yaml'), 'utf8'));
const members = ['packages', 'services'];
const isMember = (owner: string): boolean =>
  members.some((parent) => existsSync(join(root, parent, owner, 'package.json')));

describe('a topic', () => {
  it('has a schema, a key, an owner that exists, a retention and a cleanup', () => {
    const missing = Object.entries(table.topics).flatMap(([name, row]) =>
      (['schema', 'key', 'owner', 'retention', 'cleanup'] as const)
        .filter((column) => (row[column] ?? '') === '')
        .map((column) => `${name}: no ${column}`),
    );
    expect(missing).toEqual([]);
    const owners = [...Object.values(table.topics), ...Object.values(table.entityStages)].map(
      ({ owner = '' }) => owner,
    );
    expect(
      owners
        .flatMap((owner) => owner.split(/ and |, /))
        .filter((owner) => owner !== 'every service' && !isMember(owner)),
    ).toEqual([]);
  });

  it('names a schema file whose every field is documented', () => {
    const rows = [...Object.entries(table.topics), ...Object.entries(table.entities)];
    const undocumented = rows.flatMap(([name, { schema = '' }]) => {
      if (!existsSync(join(root, `schemas/${schema}.avsc`))) return [`${name}: there is no schemas/${schema}.avsc`];
      const { fields } = JSON.parse(readText(`schemas/${schema}.avsc`)) as { fields: { name: string; doc?: string }[] };
      return fields.filter(({ doc = '' }) => doc === '').map((field) => `${name}.${field.name}: no doc`);
    });
    expect(undocumented).toEqual([]);
  });

  it('of an entity has a key and all three stages', () => {
    expect(table.entityKey).not.toBe('');
    expect(Object.keys(table.entityStages)).toEqual(['received', 'enriched', 'classified']);
  });

  it('of a group exists as retry tiers, dead letters and lane', () => {
    expect(Object.keys(table.templates).toSorted()).toEqual(['dlq', 'lane', 'retry']);
  });
});

describe('a retry tier', () => {
  const tiers = table.templates['retry']?.tiers ?? [];
  const inTopic = new RegExp(`\\bretry\\.[^\\s'"\`]+\\.(${tiers.join('|')})\\b`);
  const asFact = new RegExp(`\\btier: '(${tiers.join('|')})'`);

  it('is named nowhere but where it is declared and generated: another one is a line', () => {
    const texts = ['packages', 'services', 'infra'].flatMap((folder) =>
      filesBelow(folder, (path) => /\.(ts|mjs|md)$/.test(path) && !path.includes('/generated/')),
    );
    const naming = [...texts, 'README.md', 'CONTRIBUTING.md'].filter((path) => {
      const text = readText(path);
      return inTopic.test(text) || asFact.test(text);
    });
    expect(tiers.length).toBeGreaterThan(0);
    expect(naming).toEqual([]);
  });
});
