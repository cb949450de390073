import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowList, groupOf, loadFlows } from '@millrace/flows';
import { parseDocument } from 'yaml';
import { type Vendor, vendors } from './catalogue.ts';

/** One route of a flow, as the audit and the faults know it. */
export interface ChaosRoute {
  /** `<flow>.<route>`, as `deliveries` has it. */
  readonly route: string;
  readonly flow: string;
  readonly entity: string;
  /** Its place among the flow's routes. */
  readonly index: number;
  /** Consumer group. */
  readonly group: string;
  /** The connector it delivers by. */
  readonly sink: string;
}

/** Destinations that cannot tell an old update from a new one: only the order of writing keeps them right. */
const unguarded: ReadonlySet<string> = new Set(['slack', 'http']);

/**
 * The repository's own flows, so that a run measures what a user runs, with two things chosen: the classify mode, and
 * `order: key` for routes whose destination has no guard of its own. Returns their folder.
 */
export function chaosFlows(from: string, to: string, mode: string): string {
  mkdirSync(to, { recursive: true });
  const inOrder = routesOf(from).filter(({ sink }) => unguarded.has(sink));
  for (const file of readdirSync(from).filter((name) => /\.ya?ml$/.test(name))) {
    const document = parseDocument(readFileSync(join(from, file), 'utf8'));
    if (document.has('classify')) document.setIn(['classify', 'mode'], mode);
    for (const { flow, index } of inOrder) {
      const place = ['flows', flow, 'deliver', index];
      if (document.hasIn(place)) document.setIn([...place, 'order'], 'key');
    }
    writeFileSync(join(to, file), document.toString());
  }
  return to;
}

export function routesOf(flows: string): readonly ChaosRoute[] {
  return flowList(loadFlows(flows)).flatMap(({ name, entity, deliver }) =>
    deliver.map(({ route, sink }, index) => ({
      route: `${name}.${route}`,
      flow: name,
      entity,
      index,
      group: groupOf('deliver', { flow: name, route }),
      sink,
    })),
  );
}

/** Which groups wait when a vendor is away. */
export function groupsByVendor(routes: readonly ChaosRoute[]): Readonly<Record<Vendor, readonly string[]>> {
  const of = (vendor: Vendor): readonly string[] =>
    routes.filter(({ sink }) => sink === vendor).map(({ group }) => group);
  return Object.fromEntries(vendors.map((vendor) => [vendor, of(vendor)])) as Record<Vendor, readonly string[]>;
}
