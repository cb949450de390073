import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureArchive } from './class-archive.ts';
import { ensureJavaParts, type JavaParts } from './java-parts.ts';
import { startKafka } from './kafka.ts';
import type { Progress } from './part.ts';
import { freePorts } from './ports.ts';
import { startRegistry } from './registry.ts';

/** Fetches Kafka and the registry and makes their class archives, whatever of it is not there yet. */
export const prepareJavaParts = async (onProgress: Progress = () => {}, signal?: AbortSignal): Promise<JavaParts> => {
  const parts = await ensureJavaParts(onProgress, signal);
  await Promise.all([
    ensureArchive(parts, 'kafka', (archive) =>
      inTemporaryFolder(async (folder) => {
        onProgress('learning to start Kafka faster (once)');
        const [port = 0, controllerPort = 0] = await freePorts(2);
        const kafka = await startKafka({
          dataDir: join(folder, 'kafka'),
          port,
          controllerPort,
          parts,
          archive,
          signal,
        });
        await kafka.stop();
      }),
    ),
    ensureArchive(parts, 'registry', (archive) =>
      inTemporaryFolder(async (folder) => {
        onProgress('learning to start the schema registry faster (once)');
        const [port = 0] = await freePorts(1);
        const registry = await startRegistry({ dataDir: join(folder, 'registry'), port, parts, archive, signal });
        await registry.stop();
      }),
    ),
  ]);
  return parts;
};

const inTemporaryFolder = async (run: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-trial-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
