import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortRun } from '@millrace/embedded';
import { askMillrace, type RunningSystem, readState, type SystemState, startSystem } from '@millrace/system';
import type { BenchContext } from './figure.ts';

export type Mode = 'fast' | 'cascade';

/** The route that is measured, as records name it. */
export const measuredRoute = 'tickets.archive';

/** The shipped tickets flow with the one destination that is measured. */
const flowFiles = (mode: Mode): Readonly<Record<string, string>> => ({
  'sources.yaml': 'sources:\n  zendesk:\n    connector: zendesk\n    secret: ${ZENDESK_SIGNING_SECRET}\n',
  'sinks.yaml': 'sinks:\n  postgres:\n    url: ${POSTGRES_URL}\n',
  'tickets.yaml': `classify: { mode: ${mode} }
flows:
  tickets:
    enrich:
      - { lookup: accounts, by: requester.emailDomain, as: account }
    classify:
      - { task: category, pack: support }
      - { task: priority }
      - { task: sentiment }
      - { task: language }
      - { task: reply }
    deliver:
      - { route: archive, sink: postgres, table: tickets }
`,
});

/** Where webhooks go and what they are signed with, as the command line tells. */
export interface Door {
  readonly url: string;
  readonly secret: string;
}

/** `npm start` with the measured flow, on data and ports of its own. */
export interface StartedFlow extends AsyncDisposable {
  readonly system: RunningSystem;
  readonly state: SystemState;
  readonly door: Door;
}

export const startFlow = async (context: BenchContext, mode: Mode): Promise<StartedFlow> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const data = join(folder, 'data');
  const flows = join(folder, 'flows');
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let system: RunningSystem | undefined;
  try {
    await mkdir(flows);
    for (const [name, text] of Object.entries(flowFiles(mode))) await writeFile(join(flows, name), text);
    const { root, signal } = context;
    system = await startSystem({ root, signal, data, portBase: await freePortRun(23), flows });
    const { stateFile, stop } = system;
    const door = await askMillrace<Door>(root, stateFile, 'sources', 'show', 'zendesk');
    context.say(`${mode}: ready`);
    return {
      system,
      state: readState(stateFile),
      door,
      [Symbol.asyncDispose]: async () => {
        await stop();
        await clear();
      },
    };
  } catch (error) {
    await system?.stop();
    await clear();
    throw error;
  }
};
