import { askMillrace, readState } from '@millrace/system';
import { isVendor, type Vendor } from './catalogue.ts';
import { type FloodAnswers, flood } from './flood.ts';
import { pause, timeUntil } from './insist.ts';
import { type Freezer, isAlive, pidOf, stopSignal } from './processes.ts';
import { serves, servicesServe, standing } from './recovery.ts';
import { describeFault, type PlannedFault } from './schedule.ts';
import { steer } from './simulators.ts';

/** What was done, and how the system came back. */
export interface Fault {
  readonly kind: PlannedFault['kind'];
  readonly target: string;
  /** After the load began. */
  readonly atMs: number;
  readonly heldMs: number;
  /** From the end of what was done until the target, and what hangs on it, worked again; null when that never came. */
  readonly recoveredMs: number | null;
  /** What an operator had to say; null where it recovered without a hand. */
  readonly operator: string | null;
  readonly shed?: FloodAnswers;
}

/** What faults are inflicted on, and with. */
export interface Ground {
  readonly root: string;
  readonly stateFile: string;
  readonly webhookUrl: string;
  /** Consumer groups of the routes to each simulated vendor. */
  readonly groups: Readonly<Record<Vendor, readonly string[]>>;
  readonly freezer: Freezer;
  /** Whether something that was sent after then has been accepted. */
  readonly acceptedSince: (ms: number) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** The run is given up. */
  readonly signal: AbortSignal;
}

const recoveryLimitMs = 180_000;
const pollMs = 200;
/** So long a destination's routes must have run without trouble: a refused request may still be on its way to a halt. */
const steadyMs = 3_000;

/** Does all that is planned, each at its time and after what its target suffers already. Resolves when all is over. */
export async function inflictAll(planned: readonly PlannedFault[], ground: Ground): Promise<readonly Fault[]> {
  const began = ground.now();
  const at = (): string => seconds(ground.now() - began);
  const broken = new Set<string>();
  const busy = new Map<string, Promise<unknown>>();
  const inflictOne = async (fault: PlannedFault, before: Promise<unknown> | undefined): Promise<Fault> => {
    await before;
    const { kind, target, heldMs } = fault;
    const atMs = ground.now() - began;
    ground.log(`${at()}  ${describeFault(fault)}`);
    broken.add(target);
    const over = await inflict(fault, broken, ground);
    broken.delete(target);
    const how = over.recoveredMs === null ? 'has not recovered' : `is well after ${seconds(over.recoveredMs)}`;
    ground.log(`${at()}  ${target}: ${how}${over.operator === null ? '' : ` (${over.operator})`}`);
    return { kind, target, atMs, heldMs, ...over };
  };
  const faults: Promise<Fault>[] = [];
  for (const fault of planned) {
    await pause(began + fault.atMs - ground.now(), ground.signal);
    if (ground.signal.aborted) break;
    const running = inflictOne(fault, busy.get(fault.target));
    busy.set(fault.target, running);
    faults.push(running);
  }
  return Promise.all(faults);
}

type Over = Pick<Fault, 'recoveredMs' | 'operator' | 'shed'>;

async function inflict(fault: PlannedFault, broken: ReadonlySet<string>, ground: Ground): Promise<Over> {
  if (isVendor(fault.target)) return inflictOnVendor(fault.target, fault, ground);
  if (fault.kind === 'flood') return inflictFlood(fault, ground);
  return inflictOnProcess(fault, broken, ground);
}

async function inflictOnProcess(fault: PlannedFault, broken: ReadonlySet<string>, ground: Ground): Promise<Over> {
  const { target, kind } = fault;
  const pid = await livePid(target, ground);
  if (pid === null) return { recoveredMs: null, operator: null };
  const isOver = async (): Promise<boolean> => {
    const state = readState(ground.stateFile);
    const isAnother = kind === 'freeze' || kind === 'long-freeze' || pidOf(state, target) !== pid;
    if (!isAnother || !(await serves(state, target))) return false;
    return state.services[target] !== undefined || servicesServe(state, broken);
  };
  if (kind === 'kill') process.kill(pid, 'SIGKILL');
  else if (kind === 'restart') process.kill(pid, stopSignal(target));
  else {
    await ground.freezer.freeze(pid);
    await pause(fault.heldMs, ground.signal);
    ground.freezer.thaw(pid);
  }
  return { recoveredMs: await timeUntil(isOver, patience(ground)), operator: null };
}

/** Of a process that is there: a part that is being started again for another reason is waited for. */
async function livePid(target: string, ground: Ground): Promise<number | null> {
  const pid = (): number => pidOf(readState(ground.stateFile), target);
  const there = await timeUntil(async () => isAlive(pid()), patience(ground));
  return there === null ? null : pid();
}

async function inflictFlood(fault: PlannedFault, ground: Ground): Promise<Over> {
  const shed = await flood({ url: ground.webhookUrl, forMs: fault.heldMs, signal: ground.signal });
  const endedAt = ground.now();
  const isOver = async (): Promise<boolean> => ground.acceptedSince(endedAt);
  return { recoveredMs: await timeUntil(isOver, patience(ground)), operator: null, shed };
}

async function inflictOnVendor(vendor: Vendor, fault: PlannedFault, ground: Ground): Promise<Over> {
  const [verb, body] = steering(fault);
  await timeUntil(async () => {
    await steer(readState(ground.stateFile), vendor, verb, body);
    return true;
  }, patience(ground));
  await pause(fault.heldMs, ground.signal);
  await timeUntil(async () => {
    await steer(readState(ground.stateFile), vendor, 'heal');
    return true;
  }, patience(ground));
  const healedAt = ground.now();
  const resumed = new Set<string>();
  let steadySince: number | null = null;
  const isOver = async (): Promise<boolean> => {
    const state = readState(ground.stateFile);
    const troubled = (await standing(state, ground.groups[vendor])).filter(({ trouble }) => trouble !== null);
    if (fault.kind === 'refuse') await resumeHalted(troubled, ground, resumed);
    if (troubled.length > 0) steadySince = null;
    else steadySince ??= ground.now();
    return steadySince !== null && ground.now() - steadySince >= steadyMs;
  };
  const recovered = await timeUntil(isOver, patience(ground));
  return {
    recoveredMs: recovered === null ? null : (steadySince ?? healedAt) - healedAt,
    operator: resumed.size === 0 ? null : `millrace pipelines resume ${[...resumed].join(', ')}`,
  };
}

/** As an operator would who has put the credentials right. */
async function resumeHalted(
  troubled: Awaited<ReturnType<typeof standing>>,
  { root, stateFile, log }: Ground,
  resumed: Set<string>,
): Promise<void> {
  for (const { group, trouble } of troubled) {
    if (trouble?.startsWith('halted') !== true) continue;
    log(`        millrace pipelines resume ${group}  (${trouble})`);
    await askMillrace(root, stateFile, 'pipelines', 'resume', group);
    resumed.add(group);
  }
}

/** What a simulator is told, so that it does what the fault says. */
function steering({ kind, value }: PlannedFault): readonly [verb: string, body: object] {
  switch (kind) {
    case 'slow':
    case 'hang':
      return ['slow', { ms: value }];
    case 'rate-limit':
      return ['rate-limit', { retryAfterSeconds: value }];
    case 'lose-answers':
      return ['lose-answer', {}];
    default:
      return ['fail', { status: value }];
  }
}

function patience({ now, signal }: Ground) {
  return { withinMs: recoveryLimitMs, everyMs: pollMs, now, signal };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
