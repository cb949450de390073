import { connectors } from './generated/connectors.ts';
import type { Connector } from './kit/connector.ts';
import type { Examples } from './kit/examples.ts';
import type { SimulatorManifest } from './kit/simulator/simulator-manifest.ts';
import type { AnySink } from './kit/sink.ts';
import type { Source } from './kit/source.ts';

export { connectors };

/** A connector that can be simulated. */
export interface Simulated extends Connector {
  readonly simulator: SimulatorManifest;
}

/** In the order of their ports. */
export const simulatedConnectors: readonly Simulated[] = Object.values(connectors)
  .filter((connector): connector is Simulated => connector.simulator !== undefined)
  .toSorted((one, other) => one.simulator.port - other.simulator.port);

/** By connector: the sources of these, or of all. What is not named is not loaded. */
export const loadSources = (names?: readonly string[]): Promise<Readonly<Record<string, Source>>> =>
  load(({ source }) => source, names);

/** By connector: the sinks of these, or of all. What is not named is not loaded. */
export const loadSinks = (names?: readonly string[]): Promise<Readonly<Record<string, AnySink>>> =>
  load(({ sink }) => sink, names);

/** By connector: what a first start sends. */
export const loadExamples = (): Promise<Readonly<Record<string, Examples>>> => load(({ examples }) => examples);

async function load<Part>(
  partOf: (connector: Connector) => (() => Promise<Part>) | undefined,
  names: readonly string[] = Object.keys(connectors),
): Promise<Readonly<Record<string, Part>>> {
  const loaded: Record<string, Part> = {};
  for (const name of names) {
    const connector = connectors[name];
    const part = connector && partOf(connector);
    if (part !== undefined) loaded[name] = await part();
  }
  return loaded;
}
