import type { EntityName, VersionKind } from '@millrace/contracts';
import type { SourceSettings } from './flow-file.ts';
import type { Ordering } from './ordering.ts';
import type { EntityStage, Stage } from './stage.ts';

/** How much of a model pack works on each message; never dependent on load. */
export type ClassifyMode = 'fast' | 'cascade' | 'full';

/** Settings of a connector as the file has them: texts may still hold references such as `${NAME}`. */
export type ConnectorSettings = Readonly<Record<string, unknown>>;

/** Where webhooks come from: one subscription at one vendor. */
export interface SourceInstance {
  readonly name: string;
  readonly connector: string;
  /** Reference to the signing secret; null where the scheme has none. */
  readonly secret: string | null;
  /** Our own integration's id at the vendor: what it caused is an echo. */
  readonly actor: string | null;
  /** A disabled source answers 403. */
  readonly enabled: boolean;
  /** How it is received. */
  readonly settings: SourceSettings;
}

/** One question to a reference table. */
export interface Lookup {
  /** Reference table. */
  readonly table: string;
  /** JSONata over the entity: the key to look up. */
  readonly by: string;
  /** Name under which expressions see the row. */
  readonly as: string;
  /** A miss is a dead letter. */
  readonly required: boolean;
}

/** One judgement to be made. */
export interface Task {
  readonly task: string;
  /** Name of the judgement: the task's, unless a flow asks one task several times. */
  readonly as: string;
  /** JSONata over entity and context: judged only when true; null judges all. */
  readonly when: string | null;
  /** Model pack; null for the task's own default. */
  readonly pack: string | null;
  readonly settings: ConnectorSettings;
}

/** One destination for the messages of a flow; a consumer group of its own. */
export interface Route extends Ordering {
  readonly route: string;
  /** Connector that writes. */
  readonly sink: string;
  /** JSONata over the view: deliver only when true; null delivers all. */
  readonly when: string | null;
  /** JSONata over the view: what is delivered; null leaves it to the connector. */
  readonly map: string | null;
  /** The connector's configuration: the sink instance's settings, overridden by the route's. */
  readonly settings: ConnectorSettings;
}

/** What an entity's field says of its newness. */
export interface Version {
  readonly field: string;
  readonly kind: VersionKind;
}

/** The ordering is that of its own stages; each route has its own. */
export interface Flow extends Ordering {
  readonly name: string;
  readonly entity: EntityName;
  /** The topic that it reads, and what was done to the entity before it stood there. */
  readonly from: { readonly topic: string; readonly stage: EntityStage };
  /** The field that says which of two business events of one key is newer; null for the order of the log. */
  readonly version: Version | null;
  readonly enrich: readonly Lookup[];
  readonly classify: readonly Task[];
  readonly classifyMode: ClassifyMode;
  readonly deliver: readonly Route[];
}

/** Everything the flow files say, validated. */
export interface Flows {
  readonly sources: Readonly<Record<string, SourceInstance>>;
  /** By name. */
  readonly flows: Readonly<Record<string, Flow>>;
  /** Everything that runs in an installation with these flows. */
  readonly stages: readonly Stage[];
  /** Every consumer group of an installation with these flows. */
  groups(): readonly string[];
}

/** The flows in the order of the files. */
export const flowList = (flows: Pick<Flows, 'flows'>): readonly Flow[] => Object.values(flows.flows);
