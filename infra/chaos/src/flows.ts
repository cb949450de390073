import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliverGroup, flowList, loadFlows } from '@millrace/flows';
import { parseDocument } from 'yaml';
import { type Vendor, vendors } from './catalogue.ts';

/** One route of a flow, as the audit and the faults know it. */
export interface ChaosRoute {
  /** `<flow>.<route>`, as `deliveries` has it. */
  readonly route: string;
  readonly entity: string;
  /** Consumer group. */
  readonly group: string;
  /** The connector it delivers by. */
  readonly sink: string;
}

/** The repository's own flows with one setting changed, so that a run measures what a user runs. Returns their folder. */
export function flowsInMode(from: string, to: string, mode: string): string {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (!/\.ya?ml$/.test(file)) continue;
    const document = parseDocument(readFileSync(join(from, file), 'utf8'));
    if (document.has('classify')) {
      document.setIn(['classify', 'mode'], mode);
      writeFileSync(join(to, file), document.toString());
    } else copyFileSync(join(from, file), join(to, file));
  }
  return to;
}

export function routesOf(flows: string): readonly ChaosRoute[] {
  return flowList(loadFlows(flows)).flatMap(({ entity, deliver }) =>
    deliver.map(({ route, sink }) => ({
      route: `${entity}.${route}`,
      entity,
      group: deliverGroup(entity, route),
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
