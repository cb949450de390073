import { describe, expect, it } from '@jest/globals';
import { members, readText } from './workspace.ts';

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const manifests = members().map((folder) => ({
  folder,
  manifest: JSON.parse(readText(`${folder}/package.json`)) as Manifest,
}));

describe('a package manifest', () => {
  it('pins every dependency exactly', () => {
    const loose = manifests.flatMap(({ folder, manifest }) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([, version]) => version !== 'workspace:*' && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${folder}: ${name}@${version}`),
    );
    expect(loose).toEqual([]);
  });

  it('names one version of each library for the whole tree', () => {
    const versions = new Map<string, Set<string>>();
    for (const { manifest } of manifests) {
      for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
    }
    expect([...versions].filter(([, found]) => found.size > 1).map(([name, found]) => [name, ...found])).toEqual([]);
  });

  it('says its licence and what it is for', () => {
    expect(
      manifests
        .filter(({ folder }) => folder !== 'infra/setup')
        .filter(({ manifest }) => manifest.license !== 'Apache-2.0' || !manifest.description),
    ).toEqual([]);
  });
});
