import type { Examples } from './examples.ts';
import type { SimulatorManifest } from './simulator/simulator-manifest.ts';
import type { AnySink } from './sink.ts';
import type { Source } from './source.ts';

/** Where a person would look for it. */
export type ConnectorCategory = 'support' | 'crm' | 'chat' | 'work' | 'code' | 'payments' | 'data' | 'protocol';

/** A version of the vendor's interface, which one day ends. */
export interface ApiVersion {
  readonly version: string;
  /** The last day on which it works, such as `2027-04-30`; null where the vendor has not named one. */
  readonly sunset: string | null;
}

/**
 * One system, in its folder: what everybody may know of it without loading it. What it does is imported only where it is
 * used, and with it the vendor's own libraries.
 */
export interface Connector {
  /** The name of its folder, and the `connector:` of the flow files. */
  readonly name: string;
  /** As the vendor writes it. */
  readonly label: string;
  readonly category: ConnectorCategory;
  /** Null for what has no version, such as a database of the user's own. */
  readonly api: ApiVersion | null;
  /** What has to be done at the vendor, in Markdown: where, and with the least scopes that suffice. */
  readonly setup: string;
  readonly source?: () => Promise<Source>;
  readonly sink?: () => Promise<AnySink>;
  readonly simulator?: SimulatorManifest;
  readonly examples?: () => Promise<Examples>;
  /**
   * Secrets that the default flows refer to, in the shape in which the vendor gives them out: an embedded start makes each
   * once, from random bytes.
   */
  readonly sampleSecrets?: Readonly<Record<string, (random: (bytes: number) => Buffer) => string>>;
}

/** States a connector. A contradiction throws here, at import. */
export function defineConnector(connector: Connector): Connector {
  const problem = contradictionIn(connector);
  if (problem !== undefined) throw new Error(`connector ${connector.name}: ${problem}`);
  return connector;
}

function contradictionIn({ name, label, setup, api, source, sink }: Connector): string | undefined {
  const sunset = api?.sunset ?? null;
  const rules: readonly (readonly [isBroken: boolean, problem: string])[] = [
    [!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name), 'the name is not kebab-case'],
    [label.trim() === '', 'it has no label'],
    [setup.trim() === '', 'it does not say how it is set up'],
    [sunset !== null && !/^\d{4}-\d\d-\d\d$/.test(sunset), 'the sunset is no date such as 2027-04-30'],
    [source === undefined && sink === undefined, 'it is neither a source nor a sink'],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1];
}
