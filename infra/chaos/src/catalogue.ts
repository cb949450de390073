import { join } from 'node:path';
import { loadServices } from '@millrace/system/services';

/**
 * What can be done to a running system.
 * - *kill*: SIGKILL; the supervisor starts it again.
 * - *restart*: asked to end well; the supervisor starts it again.
 * - *freeze*: SIGSTOP, and SIGCONT while everybody still takes it for alive.
 * - *long-freeze*: SIGSTOP, and SIGCONT only after it was given up: its session, its leases, its connections.
 * - *flood*: large bodies that never end, until the gateway's memory budget is full.
 * - *slow*, *hang*: a destination answers late, or later than anybody waits; it acts at once all the same.
 * - *fail*, *rate-limit*: a destination answers 5xx, or 429 with Retry-After.
 * - *lose-answers*: a destination acts and breaks the connection.
 * - *refuse*: a destination answers 401. The route halts, and after it is mended an operator says `pipelines resume`.
 */
export type FaultKind =
  | 'kill'
  | 'restart'
  | 'freeze'
  | 'long-freeze'
  | 'flood'
  | 'slow'
  | 'hang'
  | 'fail'
  | 'rate-limit'
  | 'lose-answers'
  | 'refuse';

export interface FaultClass {
  /** A process by its name in state.json, a simulated vendor, or `gateway-memory`. */
  readonly target: string;
  readonly kind: FaultKind;
}

const root = join(import.meta.dirname, '../../..');
export const services: readonly string[] = (await loadServices(root)).map(({ name }) => name);
export const vendors = ['zendesk', 'slack', 'http'] as const;
export type Vendor = (typeof vendors)[number];
/** All simulated vendors are one process: killed, it refuses connections; frozen, it takes them and says nothing. */
export const simulators = 'simulators';
export const gatewayMemory = 'gateway-memory';

const processKinds = ['kill', 'restart', 'freeze', 'long-freeze'] as const;
const vendorKinds = ['slow', 'hang', 'fail', 'rate-limit', 'lose-answers', 'refuse'] as const;

export function brokers(kafkaNodes: 1 | 3): readonly string[] {
  return kafkaNodes === 1 ? ['kafka'] : ['kafka', 'kafka-2', 'kafka-3'];
}

/** Scenario → targets. */
export function scenarios(kafkaNodes: 1 | 3): Readonly<Record<string, readonly string[]>> {
  const infrastructure = [...brokers(kafkaNodes), 'postgres', 'registry'];
  const destinations = [...vendors, simulators];
  return {
    services,
    infrastructure,
    destinations,
    memory: [gatewayMemory],
    all: [...services, ...infrastructure, ...destinations, gatewayMemory],
    none: [],
  };
}

/**
 * Every fault that a scenario names: scenarios, targets and `target:kind`, with commas between.
 * Throws one sentence that says what there is.
 */
export function faultClasses(scenario: string, kafkaNodes: 1 | 3): readonly FaultClass[] {
  const known = scenarios(kafkaNodes);
  const named = scenario.split(',').flatMap((word) => {
    const [target = '', kind] = word.trim().split(':');
    const targets = known[target] ?? [target];
    const classes = targets.flatMap(classesOf);
    const wanted = kind === undefined ? classes : classes.filter((one) => one.kind === kind);
    if (wanted.length === 0 && !(target in known && kind === undefined)) {
      throw new Error(
        `--scenario knows no ${word}; it takes ${Object.keys(known).join(', ')}, a target of ${known['all']?.join(', ')}, or target:kind`,
      );
    }
    return wanted;
  });
  return [...new Map(named.map((one) => [`${one.target}:${one.kind}`, one])).values()];
}

function classesOf(target: string): readonly FaultClass[] {
  return kindsOf(target).map((kind) => ({ target, kind }));
}

function kindsOf(target: string): readonly FaultKind[] {
  if (target === gatewayMemory) return ['flood'];
  if (isVendor(target)) return vendorKinds;
  const processes: readonly string[] = [...services, ...brokers(3), 'postgres', 'registry', simulators];
  return processes.includes(target) ? processKinds : [];
}

export function isVendor(target: string): target is Vendor {
  return vendors.some((vendor) => vendor === target);
}
