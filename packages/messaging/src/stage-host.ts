import type { Logger, Metrics, Part, Readiness, ReadinessState } from '@millrace/service';
import { instanceOf } from '@millrace/service';
import type { Breaker } from './breaker.ts';
import type { Broker, Producer } from './broker.ts';
import type { Clock } from './clock.ts';
import { type ControlReader, controlReader } from './control-reader.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineRun } from './runtime/pipeline-run.ts';
import { runPipeline } from './runtime/run-pipeline.ts';
import type { PipelineSettings } from './runtime/settings.ts';
import type { Serde } from './serde.ts';
import type { HeldKeys } from './stores.ts';

/** One stage of a service: a pipeline, and what belongs to it alone. */
export interface HostedStage {
  // biome-ignore lint/suspicious/noExplicitAny: stages of one service read different types; each is checked where it is made
  readonly pipeline: Pipeline<any>;
  /** Of the one dependency whose outage pauses this stage; the host closes it. */
  readonly breaker?: Breaker;
  /** Where this stage needs less than the service allows. */
  readonly maxInFlight?: number;
  /** Runs before a halt is lifted: read secrets again here. */
  readonly beforeResume?: () => Promise<void> | void;
  /** Closes what belongs to the stage, after its pipeline has left the group. */
  readonly close?: () => Promise<void> | void;
  /** Says what it was made from: `replace` makes it anew for another. */
  readonly version?: string;
}

/** A stage as it should be. */
export interface PlannedStage {
  readonly group: string;
  /** Two stages of one group and version do the same. */
  readonly version: string;
  /** Opens nothing that cannot be closed; may throw, and then nothing of the plan is done. */
  readonly make: () => HostedStage;
}

export interface StageHostOptions {
  /** The service; its consumer groups begin with this name. */
  readonly name: string;
  /** Consumer groups of the stages that `openStages` gives: named to readiness before anything is open. */
  readonly groups: readonly string[];
  /** Makes the stages, after it has opened what they need; told to give up when the service closes meanwhile. */
  readonly openStages: (closing: AbortSignal) => Promise<readonly HostedStage[]> | readonly HostedStage[];
  /** Closes what the stages share, last of all. */
  readonly closeShared?: () => Promise<unknown>;
  readonly broker: Broker;
  readonly serde: Serde;
  /** Needed where a flow holds keys. */
  readonly heldKeys?: HeldKeys | undefined;
  readonly settings: PipelineSettings & { readonly graceMs: number; readonly ordinal: number | undefined };
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Ends the process in order. */
  readonly fatal: (error: Error) => void;
  readonly clock?: Clock;
}

/**
 * Everything that a service with stages lives by: producer, control reader, one pipeline per stage with its breaker,
 * readiness, and the order of shutting down (drain, leave the groups, close producer and breakers, then what is shared).
 */
export interface StageHost extends Part {
  /** One per consumer group: halted and joining are not ready, and say why. */
  readonly checks: readonly Readiness[];
  /** Those that run; empty before `open`. */
  runs(): readonly PipelineRun[];
  /**
   * Makes the stages those of the plan, while all that are of their version already go on. What is gone or of another version
   * finishes what it has begun, commits and leaves; then what takes its place begins where it stopped. Calls follow each other.
   */
  replace(plan: readonly PlannedStage[]): Promise<void>;
}

/** Left of the grace period after draining: for committing, leaving the groups and closing the rest. */
const closingMs = 5_000;

interface Hosted {
  readonly run: PipelineRun;
  readonly stage: HostedStage;
}

export function createStageHost(options: StageHostOptions): StageHost {
  const { name, groups, openStages, broker, serde, settings, logger } = options;
  const closing = new AbortController();
  let producer: Producer | undefined;
  let control: ControlReader | undefined;
  let hosted: readonly Hosted[] = [];
  /** Whether what runs may be other stages than those of the start. */
  let isReplaced = false;
  let last: Promise<void> = Promise.resolve();
  const runs = (): readonly PipelineRun[] => hosted.map(({ run }) => run);
  /** One that is not in the flows any more keeps nobody from being ready. */
  const readyOf = (group: string): ReadinessState => {
    const run = runs().find((one) => one.group === group);
    return run === undefined && isReplaced ? { ok: true, reason: 'not in the flows any more' } : readinessOf(run);
  };
  const drained = async (these: readonly Hosted[]): Promise<void> => {
    const deadline = AbortSignal.timeout(Math.max(0, settings.graceMs - closingMs));
    await Promise.all(these.map(({ run }) => run.drain(deadline)));
    await Promise.all(these.map(({ run }) => run.close()));
  };

  const replaceNow = async (plan: readonly PlannedStage[]): Promise<void> => {
    closing.signal.throwIfAborted();
    if (producer === undefined || control === undefined) throw new Error(`${name} is not open`);
    const versions = new Map(plan.map(({ group, version }) => [group, version]));
    const going = hosted.filter(({ run, stage }) => versions.get(run.group) !== stage.version);
    const staying = hosted.filter((one) => !going.includes(one));
    const made = madeOf(plan.filter(({ group }) => !staying.some(({ run }) => run.group === group)));
    for (const { run } of going) control.release(run);
    await drained(going);
    await Promise.all(going.map(({ stage }) => closeStage(stage)));
    const own = producer;
    const coming = made.map((stage) => ({ stage, run: runOf(stage, own, options) }));
    hosted = [...staying, ...coming];
    isReplaced = true;
    for (const { run } of coming) {
      await control.adopt(run);
      // Not awaited: Kafka may be away, and whoever waits for this has others to see to.
      run.start().catch((error: Error) => options.fatal(error));
    }
  };

  return {
    name,
    checks: [
      ...groups.map((group) => ({ name: group, ready: () => readyOf(group) })),
      { name: `${name} since its start`, ready: () => readinessSince(runs(), groups) },
    ],
    runs,
    async open() {
      const own = await broker.createProducer();
      producer = own;
      const stages = await openStages(closing.signal);
      hosted = stages.map((stage) => ({ stage, run: runOf(stage, own, options) }));
      control = controlReader({ broker, serde, runs: runs(), logger, ...clockOf(options) });
      // What an operator halted must not start before it is known.
      await control.start();
      await Promise.all(runs().map((run) => run.start()));
    },
    replace(plan) {
      const turn = last.then(() => replaceNow(plan));
      last = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      closing.abort(new Error(`${name} is closing`));
      await control?.close();
      await last;
      await drained(hosted);
      await producer?.close();
      await Promise.all(hosted.map(({ stage }) => closeStage(stage)));
      await options.closeShared?.();
    },
  };
}

/** All or none. */
function madeOf(plan: readonly PlannedStage[]): readonly HostedStage[] {
  const made: HostedStage[] = [];
  try {
    for (const { make, version } of plan) made.push({ ...make(), version });
    return made;
  } catch (error) {
    for (const stage of made) void closeStage(stage).catch(() => undefined);
    throw error;
  }
}

async function closeStage({ breaker, close }: HostedStage): Promise<void> {
  breaker?.close();
  await close?.();
}

function runOf(stage: HostedStage, producer: Producer, options: StageHostOptions): PipelineRun {
  const { name, broker, serde, settings, logger, metrics, heldKeys, fatal } = options;
  const { maxInFlight = settings.maxInFlight } = stage;
  return runPipeline(stage.pipeline, {
    ...{ broker, producer, serde, logger, metrics, onFatal: fatal },
    settings: { ...settings, maxInFlight: Math.min(settings.maxInFlight, maxInFlight) },
    ...(stage.breaker === undefined ? {} : { breaker: stage.breaker }),
    ...(heldKeys === undefined ? {} : { heldKeys }),
    ...(stage.beforeResume === undefined ? {} : { beforeResume: stage.beforeResume }),
    ...instanceOf(name, settings.ordinal),
    ...clockOf(options),
  });
}

function clockOf({ clock }: StageHostOptions): { readonly clock?: Clock } {
  return clock === undefined ? {} : { clock };
}

/** A stage whose breaker is open is at work: it probes, and goes on by itself. */
function readinessOf(run: PipelineRun | undefined): ReadinessState {
  const { state, code } = run?.state() ?? { state: 'starting', code: null };
  const reason = code === null ? undefined : `${state}: ${code}`;
  if (run?.isReady() === true) return { ok: true, ...(reason === undefined ? {} : { reason }) };
  return { ok: false, reason: reason ?? 'joining its group', ...(state === 'halted' ? { isHalted: true } : {}) };
}

/** Of the stages that came after the start, which have no check of their own. */
function readinessSince(runs: readonly PipelineRun[], groups: readonly string[]): ReadinessState {
  const states = runs
    .filter(({ group }) => !groups.includes(group))
    .map((run) => ({ group: run.group, ...readinessOf(run) }));
  // One that becomes ready by itself says more than one that does not.
  const [missing] = states
    .filter(({ ok }) => !ok)
    .toSorted((a, b) => Number(a.isHalted ?? false) - Number(b.isHalted ?? false));
  if (missing === undefined) return { ok: true };
  const { group, reason, isHalted } = missing;
  return { ok: false, reason: `${group}: ${reason}`, ...(isHalted ? { isHalted } : {}) };
}
