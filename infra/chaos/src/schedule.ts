import { type FaultClass, type FaultKind, services } from './catalogue.ts';
import { between, seeded, shuffled } from './random.ts';

/** One fault to come. The same seed and options make the same ones. */
export interface PlannedFault extends FaultClass {
  /** After the load has begun. */
  readonly atMs: number;
  /** How long it is upheld; 0 where it is over at once. */
  readonly heldMs: number;
  /** The status, the delay or the Retry-After, where the kind has one. */
  readonly value: number | null;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Mean pause between the beginnings of two faults. */
  readonly everyMs: number;
  readonly classes: readonly FaultClass[];
}

/** So long after a fault is over its target is left alone, to be well again before the next one. */
const restMs = 12_000;
/** The first fault waits until records flow, and none begins when they are about to stop. */
const quietMs = 3_000;

/**
 * Every class comes once before any comes twice, as far as its target is free and the load lasts, in an order that the
 * seed decides. Faults of different targets overlap; a target has one at a time.
 */
export function schedule({ seed, seconds, everyMs, classes }: ScheduleOptions): readonly PlannedFault[] {
  const random = seeded(seed);
  const endMs = seconds * 1_000 - quietMs;
  const planned: PlannedFault[] = [];
  const busyUntil = new Map<string, number>();
  const bag: FaultClass[] = [];
  const take = (atMs: number): PlannedFault | undefined => {
    for (const [at, one] of bag.entries()) {
      if ((busyUntil.get(one.target) ?? 0) > atMs) continue;
      const heldMs = held(random, one);
      if (atMs + heldMs > endMs) continue;
      bag.splice(at, 1);
      return { ...one, atMs, heldMs, value: strengthOf(random, one.kind) };
    }
    return undefined;
  };
  for (let atMs = Math.min(quietMs, everyMs); atMs <= endMs; atMs += pause(random, everyMs)) {
    let fault = take(atMs);
    if (fault === undefined && bag.length <= classes.length) {
      bag.push(...shuffled(random, classes));
      fault = take(atMs);
    }
    if (fault === undefined) continue;
    planned.push(fault);
    busyUntil.set(fault.target, atMs + fault.heldMs + restMs);
  }
  return planned;
}

function pause(random: () => number, everyMs: number): number {
  return between(random, Math.round(everyMs * 0.4), Math.round(everyMs * 1.6));
}

/** Every number from the timeouts of what is frozen or waits: a group's session is 30 s, a broker's 9 s, a write's 30 s. */
function held(random: () => number, { kind, target }: FaultClass): number {
  switch (kind) {
    case 'kill':
    case 'restart':
      return 0;
    case 'freeze':
      return between(random, 2_000, 5_000);
    case 'long-freeze':
      return services.some((service) => service === target)
        ? between(random, 33_000, 40_000)
        : between(random, 11_000, 16_000);
    case 'flood':
      return between(random, 6_000, 10_000);
    case 'hang':
      return between(random, 12_000, 20_000);
    case 'slow':
    case 'fail':
      return between(random, 8_000, 16_000);
    case 'rate-limit':
    case 'lose-answers':
    case 'refuse':
      return between(random, 5_000, 10_000);
  }
}

function strengthOf(random: () => number, kind: FaultKind): number | null {
  switch (kind) {
    case 'slow':
      return between(random, 200, 2_000);
    case 'hang':
      return 45_000;
    case 'fail':
      return [500, 502, 503][between(random, 0, 2)] ?? 500;
    case 'rate-limit':
      return between(random, 1, 3);
    case 'refuse':
      return 401;
    default:
      return null;
  }
}

/** One line for a person. */
export function describeFault({ target, kind, value, heldMs }: PlannedFault): string {
  const units: Partial<Record<FaultKind, string>> = { slow: ' ms', hang: ' ms', 'rate-limit': ' s' };
  const how = value === null ? kind : `${kind} ${value}${units[kind] ?? ''}`;
  return `${target}: ${how}${heldMs === 0 ? '' : ` for ${(heldMs / 1_000).toFixed(1)} s`}`;
}
