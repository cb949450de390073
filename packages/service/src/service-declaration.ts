import type { SettingsDefinition } from './settings.ts';

/**
 * One stage of a service, as data: provisioning, doctor, trace and maps know it from here alone. Names in angle brackets
 * are filled in by `stagesOf` of `@millrace/flows`:
 * `<flow>`, `<entity>`, `<route>`; topics of the flow `<source>` (what it reads), `<enriched>`, `<classified>`, `<last>`
 * (what its routes read); `<received>`, those of every entity; `<dead letters>`, those of every group.
 */
export interface StageDeclaration {
  /** A verb. */
  readonly stage: string;
  /** One for the installation, one for each flow, or one for each route of each flow. */
  readonly each: 'installation' | 'flow' | 'route';
  /** Only where the flows declare it; always when absent. */
  readonly where?: 'sources' | 'enrich' | 'classify';
  /** Consumer group: begins with the service's name. */
  readonly group: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** What a trace calls a record that this stage wrote to the first of `to`. */
  readonly outcome: string;
}

/** What a program of ours is, declared once: the supervisor, compose, README tables and the topology derive from it. */
export interface ServiceDeclaration {
  readonly name: string;
  /** One sentence each, for the README. */
  readonly summary: string;
  readonly never: string;
  /** Added to the port base of an installation. */
  readonly port: number;
  /** Further listeners by the setting that says their port. */
  readonly listeners?: Readonly<Record<string, number>>;
  /** A service with stages starts only where a flow needs one of them; one without always does. */
  readonly stages: readonly StageDeclaration[];
  readonly settings: SettingsDefinition;
  /** Which parts of the flow files it resolves references of: only their variables are given to it. */
  readonly references?: readonly ('sources' | 'routes')[];
}

export function defineService<const Declaration extends ServiceDeclaration>(declaration: Declaration): Declaration {
  return declaration;
}
