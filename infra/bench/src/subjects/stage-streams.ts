import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedSerde, type Servers } from '../cluster.ts';
import { type JavaPeer, startJavaPeer } from '../java-peers.ts';
import { addedContext, ticketReceived } from '../payload.ts';
import { stageInput, stageOutput } from '../stage.ts';
import type { SubjectRun } from '../subject.ts';
import type { StageRequest } from './stage-ours.ts';

export type StreamsRequest = Omit<StageRequest, 'driver'> & { readonly classPath: string };

interface Started {
  readonly peer: JavaPeer;
  /** What it reads once, at its start. */
  readonly folder: string;
}

let started: Promise<Started> | undefined;

/** The same stage by Kafka Streams, two threads, at least once: what the JVM's own library makes of it. */
export const run: SubjectRun<StreamsRequest> = async ({ servers, classPath, group, from, to, records }) => {
  started ??= start(servers, classPath, from, to);
  const { peer, folder } = await started;
  const observed = await peer.run([group, from, to, records ?? 0]);
  await rm(folder, { recursive: true, force: true });
  return { ...observed, faults: [] };
};

/** Schemas and one output go by file: the peer knows nothing of a ticket. */
const start = async (servers: Servers, classPath: string, from: string, to: string): Promise<Started> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-streams-'));
  const input = stageInput(from);
  const output = stageOutput(to);
  const serde = await pinnedSerde(servers.registryUrl, output);
  const files = { input: join(folder, 'input.avsc'), output: join(folder, 'output.avsc'), sample: join(folder, 'one') };
  await Promise.all([
    writeFile(files.input, JSON.stringify(input.schema)),
    writeFile(files.output, JSON.stringify(output.schema)),
    writeFile(files.sample, serde.encode(output, { ...ticketReceived(0, 1), context: addedContext })),
  ]);
  serde.close();
  const at = [servers.brokers.join(','), files.input, files.output, files.sample];
  return { peer: startJavaPeer('StreamsStage', classPath, at), folder };
};
