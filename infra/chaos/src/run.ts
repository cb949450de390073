import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { askMillrace, type RunningSystem, readState, startSystem } from '@millrace/system';
import { appliedDeliveries } from './applied.ts';
import { type AuditOptions, audit, type Evidence, pending } from './audit.ts';
import { vendors } from './catalogue.ts';
import { seconds } from './figures.ts';
import { chaosFlows, groupsByVendor, routesOf } from './flows.ts';
import { inflictAll } from './inflict.ts';
import { pause } from './insist.ts';
import { watchMemory } from './memory.ts';
import type { ChaosOptions } from './options.ts';
import { type Outcomes, openOutcomes } from './outcomes.ts';
import type { Freezer } from './processes.ts';
import { seeded } from './random.ts';
import { type Report, reportOf } from './report.ts';
import type { PlannedFault } from './schedule.ts';
import { createSender, type Doors, type Sender } from './sender.ts';
import { received } from './simulators.ts';
import { updates } from './updates.ts';

export interface RunOptions {
  readonly options: ChaosOptions;
  readonly planned: readonly PlannedFault[];
  readonly root: string;
  readonly freezer: Freezer;
  readonly log: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Gives the run up: nothing more is done, everything is stopped. */
  readonly signal: AbortSignal;
}

/** Objects that are updated in turn: each is updated again after so many seconds. */
const turnSeconds = 3;
const lookEveryMs = 3_000;
/** Channels and rate limits as they would be at a customer whose load this is: one message a second is not. */
const largeCustomer = {
  MILLRACE_SIMULATOR_LIMITS: 'off',
  MILLRACE_RATE_LIMITS: 'off',
  MILLRACE_SIMULATOR_SLACK_CHANNELS: 'support-urgent,support,general,vip-desk',
};

/** Starts the real system, loads it, breaks it, waits until all is quiet, and counts from outside. */
export async function run(
  context: RunOptions,
): Promise<{ readonly report: Report; readonly examples: readonly string[] }> {
  const { options, root, freezer, log, signal } = context;
  if (!options.keep) rmSync(options.data, { recursive: true, force: true });
  mkdirSync(options.data, { recursive: true });
  const flows = options.flows ?? chaosFlows(join(root, 'infra/flows'), join(options.data, 'flows'), options.mode);
  const { data, portBase, kafkaNodes } = options;
  const system = await startSystem({
    root,
    data,
    portBase,
    flows,
    kafkaNodes,
    env: largeCustomer,
    onLine: log,
    signal,
  });
  try {
    return await breakAndCount(context, system, flows);
  } finally {
    freezer.thawAll();
    await system.stop();
  }
}

async function breakAndCount(
  { options, planned, root, freezer, log, now, signal }: RunOptions,
  { stateFile }: RunningSystem,
  flows: string,
): Promise<{ readonly report: Report; readonly examples: readonly string[] }> {
  const { seed, rate } = options;
  const routes = routesOf(flows);
  const doors = await openDoors(root, stateFile);
  const next = updates({
    run: `chaos-${seed}-${now()}`,
    random: seeded(seed),
    keys: Math.max(10, Math.round(rate * turnSeconds)),
  });
  const sender = createSender({ doors, rate, seconds: options.seconds, next, now, signal });
  const over = new AbortController();
  const memory = watchMemory(stateFile, AbortSignal.any([over.signal, signal]));
  const ground = {
    ...{ root, stateFile, freezer, log, now, signal },
    webhookUrl: doors.webhookUrl,
    groups: groupsByVendor(routes),
    acceptedSince: sender.acceptedSince,
  };
  const [sent, faults] = await Promise.all([sendAll(sender, log), inflictAll(planned, ground)]);
  const outcomes = openOutcomes(readState(stateFile).kafka.brokers);
  try {
    const counted = { accepted: sent.accepted, routes, outcomes };
    const quietAfterMs = await untilQuiet(stateFile, counted, options.quietSeconds * 1_000, { log, now, signal });
    signal.throwIfAborted();
    const found = audit(await readAll(stateFile, outcomes, signal), counted);
    over.abort();
    const report = reportOf({
      ...{ seed, rate, seconds: options.seconds, faults, sent, quietAfterMs },
      audit: found,
      memory: await memory,
    });
    return { report, examples: found.examples };
  } finally {
    over.abort();
    await outcomes.close();
  }
}

async function sendAll(sender: Sender, log: (line: string) => void) {
  const sent = await sender.run();
  log(`accepted ${sent.accepted.size}; ${sent.retried} requests were sent again`);
  return sent;
}

/** Credentials as an operator gets them, and the tables that the flows look up in. */
async function openDoors(root: string, stateFile: string): Promise<Doors> {
  for (const file of ['accounts.csv', 'owners.csv']) {
    const path = join(root, 'infra/flows/reference', file);
    await askMillrace(root, stateFile, 'reference', 'load', basename(file, '.csv'), path);
  }
  const source = await askMillrace<{ url: string; secret: string }>(root, stateFile, 'sources', 'show', 'zendesk');
  const { key } = await askMillrace<{ key: string }>(root, stateFile, 'keys', 'show', 'sample');
  return {
    webhookUrl: source.url,
    secret: source.secret,
    eventsUrl: `${readState(stateFile).services['ingest-gateway']?.url}/v1/events`,
    apiKey: key,
  };
}

/** How long until everything accepted had its end; null when that did not come in time. */
async function untilQuiet(
  stateFile: string,
  counted: AuditOptions & { readonly outcomes: Outcomes },
  withinMs: number,
  { log, now, signal }: Pick<RunOptions, 'log' | 'now' | 'signal'>,
): Promise<number | null> {
  const began = now();
  while (!signal.aborted) {
    // A leader that has just moved answers nothing: what cannot be read now is read with the next look.
    const left = await look(stateFile, counted).catch(() => null);
    if (left === 0) return now() - began;
    if (now() - began > withinMs) return null;
    log(`${seconds(now() - began)} of quiet: ${left ?? 'nobody knows how many'} deliveries have no end yet`);
    await pause(lookEveryMs, signal);
  }
  return null;
}

async function look(stateFile: string, counted: AuditOptions & { readonly outcomes: Outcomes }): Promise<number> {
  await counted.outcomes.read();
  return pending(await appliedDeliveries(readState(stateFile).postgres.url), counted);
}

const readTries = 10;

/** Everything, from all places; asked again while a leader moves. */
async function readAll(stateFile: string, outcomes: Outcomes, signal: AbortSignal): Promise<Evidence> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await evidence(stateFile, outcomes);
    } catch (error) {
      if (tried === readTries || signal.aborted) throw error;
      await pause(lookEveryMs, signal);
    }
  }
}

async function evidence(stateFile: string, outcomes: Outcomes): Promise<Evidence> {
  const state = readState(stateFile);
  const applied = await appliedDeliveries(state.postgres.url);
  await outcomes.read();
  const told = await Promise.all(vendors.map(async (vendor) => [vendor, await received(state, vendor)] as const));
  return { applied, told: Object.fromEntries(told) as unknown as Evidence['told'] };
}
