import type { SettingsDefinition, SettingsOf } from '@millrace/service';
import type { Simulator, SimulatorOptions } from './simulator.ts';

/** What is known of a simulator before it is loaded. */
export interface SimulatorManifest {
  /** Counted from the port base of an installation. Part of the outside contract. */
  readonly port: number;
  /** What it has to know to tell a genuine client from another. */
  readonly settings: SettingsDefinition;
  readonly load: () => Promise<OpenSimulator>;
}

export interface OpenSimulatorOptions extends SimulatorOptions {
  /** Where it sends its webhooks for a source of that name; null sends none. */
  readonly receiver: (source: string) => string | null;
}

/** Makes it, not yet listening. Its settings are values of the manifest's, by the same names. */
export type OpenSimulator = (options: OpenSimulatorOptions, settings: Readonly<Record<string, unknown>>) => Simulator;

export interface TypedSimulatorManifest<D extends SettingsDefinition> extends Omit<SimulatorManifest, 'load'> {
  readonly settings: D;
  readonly load: () => Promise<(options: OpenSimulatorOptions, settings: SettingsOf<D>) => Simulator>;
}

/** States a simulator; whoever opens it gives it values of its own settings. */
export function defineSimulator<const D extends SettingsDefinition>(
  manifest: TypedSimulatorManifest<D>,
): SimulatorManifest {
  return { ...manifest, load: async () => (await manifest.load()) as OpenSimulator };
}
