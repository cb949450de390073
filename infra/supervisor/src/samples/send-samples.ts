import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadExamples, loadSources } from '@millrace/connectors/registry';
import { writeAtomically } from '@millrace/embedded';
import { type Flows, resolveSecret } from '@millrace/flows';
import { loadReferenceTables } from './load-reference-tables.ts';
import { makeSample } from './make-sample.ts';
import { pauseBefore } from './sample-plan.ts';
import { readSampleTexts } from './sample-texts.ts';
import { type SendOptions, sendSample } from './send-sample.ts';

export interface SamplesOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly flows: Flows;
  /** Folder of the flow files; its `reference` folder is loaded first. */
  readonly flowsFolder: string;
  readonly gatewayUrl: string;
  readonly operatorUrl: string;
  readonly operatorToken: string;
  /** Where the flow file's secret references are resolved. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (message: string) => void;
}

/** Where the samples of a data folder stand, so that a second start goes on and repeats nothing. */
interface Progress {
  readonly next: number;
  readonly referenceLoaded: boolean;
}

/** Real sentences as signed webhooks, some of them poison on purpose, until the signal. Never rejects: samples are no reason to stop. */
export const sendSamples = async (options: SamplesOptions, signal: AbortSignal): Promise<void> => {
  const file = join(options.dataDir, 'samples.json');
  try {
    const examples = await loadExamples();
    const receivers = await findReceivers(options, Object.keys(examples), signal);
    if (receivers.size === 0) return options.say(`No samples: the flow files have no source of ${Object.keys(examples).join(' or ')}.`);
    const material = { examples, texts: await readSampleTexts(options.root) };
    let progress = await readProgress(file);
    if (!progress.referenceLoaded) {
      await loadReferenceTables(options, signal);
      progress = { ...progress, referenceLoaded: true };
    }
    const first = progress.next;
    for (let n = first; !signal.aborted; n += 1) {
      const sample = makeSample(n, material, new Date());
      const receiver = receivers.get(sample.connector);
      // Noted before it is sent: a crash between loses one sample, the other way round a restart would repeat one.
      await writeAtomically(file, `${JSON.stringify({ ...progress, next: n + 1 } satisfies Progress)}\n`);
      if (receiver !== undefined) await sendSample(sample, receiver);
      await pause(pauseBefore(n - first, first === 0), undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) options.say(`The samples stopped: ${Error.isError(error) ? error.message : String(error)}`);
  }
};

/** Where each vendor's samples go: the first enabled source of its connector. */
const findReceivers = async (
  { flows, gatewayUrl, environment }: SamplesOptions,
  connectors: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SendOptions>> => {
  const sources = await loadSources(connectors);
  return new Map(
    connectors.flatMap((connector) => {
      const instance = Object.values(flows.sources).find((source) => source.connector === connector && source.enabled);
      const definition = sources[connector];
      if (instance === undefined || instance.secret === null || definition === undefined) return [];
      return [[connector, { url: `${gatewayUrl}/v1/webhooks/${instance.name}`, definition, secret: resolveSecret(instance.secret, environment), signal }] as const];
    }),
  );
};

const readProgress = async (file: string): Promise<Progress> => {
  const none: Progress = { next: 0, referenceLoaded: false };
  return existsSync(file) ? { ...none, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Progress>) } : none;
};
