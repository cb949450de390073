import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, halt } from '@millrace/messaging';
import type { Encoder } from './encoder.ts';
import { featureVersion } from './features.ts';
import { type PackManifest, packManifest } from './manifest.ts';
import {
  type DenseHead,
  decodeDenseHead,
  decodeSparseHead,
  encodeDenseHead,
  encodeSparseHead,
  type SparseHead,
} from './weights.ts';

/** A trained pack in memory. */
export interface Pack {
  readonly manifest: PackManifest;
  readonly sparse: SparseHead;
  readonly dense: DenseHead;
}

/** Reads a pack and believes it only when every file is the one its manifest names. */
export async function loadPack(folder: string): Promise<Pack> {
  const manifest = parseManifest(await read(folder, 'pack.json'), folder);
  const [tfidf, dense] = await Promise.all([read(folder, 'tfidf.bin'), read(folder, 'dense.bin')]);
  expectHash(folder, 'tfidf.bin', sha256(tfidf), manifest.files['tfidf.bin']);
  expectHash(folder, 'dense.bin', sha256(dense), manifest.files['dense.bin']);
  const labels = manifest.intents.length;
  try {
    return {
      manifest,
      sparse: decodeSparseHead(tfidf, { buckets: manifest.features.buckets, labels }),
      dense: decodeDenseHead(dense, { dimensions: manifest.encoder.dimensions, labels }),
    };
  } catch (cause) {
    throw invalid(folder, 'its weights do not have the shape that pack.json states', cause);
  }
}

/** Writes a pack: weights first, `pack.json` last and by rename, so a half-written folder never loads. */
export async function writePack(
  folder: string,
  parts: {
    readonly manifest: Omit<PackManifest, 'files' | 'hash'>;
    readonly sparse: SparseHead;
    readonly dense: DenseHead;
  },
): Promise<PackManifest> {
  const tfidf = encodeSparseHead(parts.sparse);
  const dense = encodeDenseHead(parts.dense);
  const unsigned = { ...parts.manifest, files: { 'tfidf.bin': sha256(tfidf), 'dense.bin': sha256(dense) } };
  const manifest: PackManifest = { ...unsigned, hash: manifestHash(unsigned) };
  await mkdir(folder, { recursive: true });
  await Promise.all([writeFile(join(folder, 'tfidf.bin'), tfidf), writeFile(join(folder, 'dense.bin'), dense)]);
  const draft = join(folder, 'pack.json.draft');
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(draft, join(folder, 'pack.json'));
  return manifest;
}

/** The dense head means something only over the vectors that it was trained on. */
export function expectEncoder({ manifest }: Pack, encoder: Pick<Encoder, 'name' | 'hash'>): void {
  if (encoder.hash === manifest.encoder.hash) return;
  throw new CodedError(
    'X_MODEL_PACK_INVALID',
    `the pack ${manifest.name} was trained on other weights of ${manifest.encoder.name} than the installed ${encoder.name}: train it again`,
    { disposition: halt },
  );
}

/** Over the manifest in a fixed key order, so neither formatting nor key order counts. */
export function manifestHash(manifest: Omit<PackManifest, 'hash'>): string {
  return sha256(JSON.stringify(sorted(manifest)));
}

function parseManifest(bytes: Buffer, folder: string): PackManifest {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalid(folder, 'pack.json is not JSON', cause);
  }
  const parsed = packManifest.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw invalid(folder, problems.join('; '));
  }
  const { hash, ...rest } = parsed.data;
  expectHash(folder, 'pack.json', manifestHash(rest), hash);
  if (rest.features.version !== featureVersion) {
    throw invalid(
      folder,
      `it was trained with features ${rest.features.version}, this version makes ${featureVersion}`,
    );
  }
  return parsed.data;
}

async function read(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new CodedError('X_MODEL_PACK_MISSING', `expected ${file} in the pack folder ${folder}`, {
      disposition: halt,
      cause,
    });
  }
}

function expectHash(folder: string, file: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new CodedError(
    'X_MODEL_PACK_HASH',
    `${file} in ${folder} has hash ${found.slice(0, 12)}, pack.json names ${expected.slice(0, 12)}: restore or train it again`,
    { disposition: halt },
  );
}

function invalid(folder: string, why: string, cause?: unknown): CodedError {
  return new CodedError('X_MODEL_PACK_INVALID', `the pack in ${folder} cannot be used: ${why}`, {
    disposition: halt,
    cause,
  });
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
