import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortRun } from '@millrace/embedded';
import type { BenchContext } from './figure.ts';
import { askMillrace, type StartedSystem, startSystem } from './start-system.ts';

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

/** The part of `state.json` that a bench needs. */
export interface State {
  readonly kafka: { readonly brokers: readonly string[] };
  readonly postgres: { readonly url: string };
  readonly services: Readonly<Record<string, { readonly pid: number }>>;
}

/** `npm start` with the measured flow, on data and ports of its own. */
export interface StartedFlow extends AsyncDisposable {
  readonly system: StartedSystem;
  readonly state: State;
  readonly door: Door;
}

export const startFlow = async (context: BenchContext, mode: Mode): Promise<StartedFlow> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const data = join(folder, 'data');
  const flows = join(folder, 'flows');
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let system: StartedSystem | undefined;
  try {
    await mkdir(flows);
    for (const [name, text] of Object.entries(flowFiles(mode))) await writeFile(join(flows, name), text);
    system = await startSystem(context, { data, portBase: await freePortRun(23), samples: false, flows });
    const stateFile = join(data, 'state.json');
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as State;
    const door = await askMillrace<Door>(context, stateFile, 'sources', 'show', 'zendesk');
    context.say(`${mode}: ready`);
    const { stop } = system;
    return {
      system,
      state,
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
