import type { Applied } from './applied.ts';
import { isVendor, type Vendor, vendors } from './catalogue.ts';
import { sum } from './figures.ts';
import type { ChaosRoute } from './flows.ts';
import type { DeadLetter, Outcomes } from './outcomes.ts';
import type { Accepted } from './sender.ts';
import type { Received } from './simulators.ts';

/** What became on one route of everything that was accepted for it. */
export interface RouteTally {
  readonly route: string;
  readonly delivered: number;
  readonly filtered: number;
  readonly superseded: number;
  readonly unchanged: number;
  readonly deadLettered: number;
  /** Accepted, and neither delivered nor told to be anything else. */
  readonly lost: number;
}

export interface Audit {
  readonly routes: readonly RouteTally[];
  readonly lost: number;
  /** By where they would show: events with more than one row in `deliveries`, and told to a vendor more than once. */
  readonly duplicates: Readonly<Record<string, number>>;
  /** By where they would show: updates applied after a newer one of their key. */
  readonly orderViolations: Readonly<Record<string, number>>;
  readonly deadLetters: readonly DeadLetterCount[];
  /** A few of what is wrong, to look at. */
  readonly examples: readonly string[];
}

export interface DeadLetterCount {
  readonly group: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

export interface AuditOptions {
  readonly accepted: ReadonlyMap<string, Accepted>;
  readonly routes: readonly ChaosRoute[];
  readonly outcomes: Pick<Outcomes, 'outcomeOf' | 'deadLetters'>;
}

const mostExamples = 12;

/** What was found at every place that is asked. */
export interface Evidence {
  /** In the order in which they were appended. */
  readonly applied: readonly Applied[];
  readonly told: Readonly<Record<Vendor, readonly Received[]>>;
}

/** Accepted ids without an end, counted on each route that they pass. Pure: says whether there is quiet. */
export function pending(applied: readonly Applied[], options: AuditOptions): number {
  return sum(tally(applied, options, () => undefined).map(({ lost }) => lost));
}

/** Counts from outside, by the append-only `deliveries`, by what the topics tell, and by what each vendor received. Pure. */
export function audit({ applied, told }: Evidence, options: AuditOptions): Audit {
  const examples: string[] = [];
  const example = (text: string): void => void (examples.length < mostExamples && examples.push(text));
  const routes = tally(applied, options, example);
  const atVendors = (count: (vendor: Vendor) => number): Readonly<Record<string, number>> =>
    Object.fromEntries(vendors.map((vendor) => [vendor, count(vendor)]));
  return {
    routes,
    lost: sum(routes.map(({ lost }) => lost)) + untold(applied, options.routes, told, example),
    duplicates: {
      deliveries: doubled(
        applied.map(({ route, eventId }) => `${route} ${eventId}`),
        'deliveries',
        example,
      ),
      // One event may go to two channels; the same one twice to none.
      ...atVendors((vendor) =>
        doubled(
          told[vendor].map(({ eventId, place }) => `${place} ${eventId}`),
          vendor,
          example,
        ),
      ),
    },
    orderViolations: {
      ...orderByRoute(applied, options, example),
      ...atVendors((vendor) => orderAt(vendor, { applied, told }, options, example)),
    },
    deadLetters: deadLetterCounts(options.outcomes.deadLetters()),
    examples,
  };
}

type Example = (text: string) => void;

function tally(applied: readonly Applied[], options: AuditOptions, example: Example): readonly RouteTally[] {
  const { accepted, routes, outcomes } = options;
  const rows = new Set(applied.map(({ route, correlationid }) => `${route} ${correlationid}`));
  const dead = new Map<string, Set<string>>();
  for (const { group, correlationid } of outcomes.deadLetters()) {
    if (correlationid !== null) dead.set(correlationid, (dead.get(correlationid) ?? new Set()).add(group));
  }
  return routes.map(({ route, entity, group }) => {
    const counts = { delivered: 0, filtered: 0, superseded: 0, unchanged: 0, deadLettered: 0, lost: 0 };
    for (const [id, { door }] of accepted) {
      if ((door === 'zendesk' ? 'tickets' : door) !== entity) continue;
      const outcome = outcomes.outcomeOf(route, id);
      // A delivery is told in the same write that makes it: one that was told and has no row is lost.
      if (rows.has(`${route} ${id}`)) counts.delivered += 1;
      else if (outcome !== undefined && outcome !== 'delivered') counts[outcome as 'filtered'] += 1;
      else if (endedDead(dead.get(id), group)) counts.deadLettered += 1;
      else {
        counts.lost += 1;
        example(`no end: ${route} ${id}${outcome === undefined ? '' : ` (${outcome}, without a row)`}`);
      }
    }
    return { route, ...counts };
  });
}

/** A dead letter of the route itself, or of a stage that all routes come after. */
function endedDead(groups: ReadonlySet<string> | undefined, group: string): boolean {
  return groups !== undefined && [...groups].some((one) => one === group || !one.startsWith('sink-writers.'));
}

/** Deliveries that the vendor, asked itself, knows nothing of. */
function untold(
  applied: readonly Applied[],
  routes: readonly ChaosRoute[],
  told: Evidence['told'],
  example: Example,
): number {
  const sinks = new Map(routes.map(({ route, sink }) => [route, sink]));
  const known = new Map(vendors.map((vendor) => [vendor, new Set(told[vendor].map(({ eventId }) => eventId))]));
  let missing = 0;
  for (const { route, eventId } of applied) {
    const sink = sinks.get(route) ?? '';
    if (!isVendor(sink) || known.get(sink)?.has(eventId) === true) continue;
    missing += 1;
    example(`delivered, and not there: ${route} ${eventId}`);
  }
  return missing;
}

function doubled(names: readonly string[], where: string, example: Example): number {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  for (const name of twice) example(`doubled in ${where}: ${name}`);
  return twice.size;
}

function orderByRoute(
  applied: readonly Applied[],
  { accepted, routes }: AuditOptions,
  example: Example,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    routes.map(({ route }) => {
      const steps = applied
        .filter((one) => one.route === route)
        .map((one) => ({ ...one, number: accepted.get(one.correlationid)?.number ?? null }));
      return [route, falls(steps, route, example)];
    }),
  );
}

function orderAt(vendor: Vendor, { applied, told }: Evidence, { accepted }: AuditOptions, example: Example): number {
  const known = new Map(applied.map((one) => [one.eventId, one]));
  const steps = told[vendor].flatMap(({ eventId, sequence, place }) => {
    const row = known.get(eventId);
    if (row === undefined) return [];
    const number = accepted.get(row.correlationid)?.number ?? null;
    return [{ key: `${place} ${row.key}`, sequence: sequence ?? row.sequence, number }];
  });
  return falls(steps, vendor, example);
}

interface Step {
  readonly key: string;
  readonly sequence: string;
  /** The sender's own count of the updates of the key; null for what others sent. */
  readonly number: number | null;
}

/** Steps that fall behind an earlier one of their key, by the system's own sequence or by the order of sending. */
function falls(steps: readonly Step[], where: string, example: Example): number {
  const newest = new Map<string, Step>();
  let count = 0;
  for (const step of steps) {
    const before = newest.get(step.key);
    const isBehind =
      before !== undefined &&
      (step.sequence < before.sequence ||
        (step.number !== null && before.number !== null && step.number < before.number));
    if (isBehind) {
      count += 1;
      example(`out of order at ${where}: ${step.key} ${step.number} (${step.sequence}) after ${before.number}`);
    } else newest.set(step.key, step);
  }
  return count;
}

function deadLetterCounts(all: readonly DeadLetter[]): readonly DeadLetterCount[] {
  const counts = new Map<string, DeadLetterCount>();
  for (const { group, code, message } of all) {
    const name = `${group} ${code} ${message}`;
    counts.set(name, { group, code, message, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}
