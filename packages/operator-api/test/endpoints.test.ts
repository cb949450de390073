import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Declaration, namedEndpoints, operatorEndpoints, permissions } from '../src/index.ts';

const src = join(import.meta.dirname, '../src');
const all = namedEndpoints(operatorEndpoints);
const inFields = ({ params, query, body, bytes }: Declaration): string[] => [
  ...[params, query, body].flatMap((shape) => Object.keys(shape?.shape ?? {})),
  ...(bytes === undefined ? [] : ['bytes']),
];
const inBraces = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, field]) => field as string);

describe('every endpoint', () => {
  it('is one of its area, and every area of the folder is served', () => {
    const files = readdirSync(join(src, 'endpoints')).map((file) => file.replace('.ts', ''));
    expect(files.filter((file) => file !== 'operator-endpoints').toSorted()).toEqual(Object.keys(operatorEndpoints));
    expect(all.length).toBeGreaterThan(18);
  });

  it('has an address of its own', () => {
    const places = all.map(({ endpoint: { method, path } }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
  });

  it('demands a permission that a role can hold', () => {
    expect(all.filter(({ endpoint }) => !permissions.includes(endpoint.permission))).toEqual([]);
  });

  it('is audited where it changes something, shows records or shows a secret, and demands more than to read', () => {
    const acts = ({ method, permission }: Declaration): boolean => method !== 'GET' || !permission.endsWith('.read');
    const odd = all.filter(({ endpoint }) => acts(endpoint) !== (endpoint.audit !== undefined));
    expect(odd.map(({ name }) => name)).toEqual([]);
    const readOnly = all.filter(({ endpoint }) => endpoint.method !== 'GET' && endpoint.permission.endsWith('.read'));
    expect(readOnly.map(({ name }) => name)).toEqual([]);
  });

  it('names the fields of its path, of its scope, and each field once', () => {
    const odd = all.filter(({ endpoint }) => {
      const { path, params, scope } = endpoint;
      const fields = inFields(endpoint);
      const named = Object.keys(params?.shape ?? {}).toSorted();
      const isScopeKnown = typeof scope === 'string' || Object.values(scope).every((field) => fields.includes(field));
      return (
        JSON.stringify(inBraces(path).toSorted()) !== JSON.stringify(named) ||
        new Set(fields).size !== fields.length ||
        !isScopeKnown
      );
    });
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  it('has an example that it takes', () => {
    const refused = all.flatMap(({ name, endpoint: { params, query, body, example } }) =>
      example === undefined
        ? []
        : [params, query, body].flatMap((shape) => {
            const part = Object.fromEntries(Object.entries(example).filter(([field]) => field in (shape?.shape ?? {})));
            const read = shape?.safeParse(part);
            return read === undefined || read.success ? [] : [`${name}: ${read.error.message}`];
          }),
    );
    expect(refused).toEqual([]);
    const unknown = all.flatMap(({ name, endpoint }) =>
      Object.keys(endpoint.example ?? {})
        .filter((field) => !inFields(endpoint).includes(field))
        .map((field) => `${name}.${field}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the client', () => {
  it('stands on nothing that a browser lacks', () => {
    const seen = new Set<string>();
    const foreign = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, spec = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) [^;]*?from '([^']+)';/gm)) {
        if (spec.startsWith('.')) visit(join(dirname(file), spec));
        else if (spec === '@millrace/contracts/instant') visit(join(src, '../../contracts/src/instant.ts'));
        else foreign.add(spec);
      }
    };
    visit(join(src, 'client/index.ts'));
    expect([...seen].map((file) => relative(src, file))).toContain('endpoints/dlq.ts');
    expect([...foreign]).toEqual(['zod']);
  });
});
