import { z } from 'zod';
import type { StatedOrdering } from './ordering.ts';

const name = (what: string): z.ZodString =>
  z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, `${what} is a kebab-case name such as my-name`)
    .max(60);
const alias = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'an alias is a camelCase name such as account');
const expression = z.string().min(1).max(10_000);

/** How a source is received, whatever its connector. */
export interface SourceSettings {
  /** The secret before the last rotation: still counts, until it is taken away. */
  readonly previousSecret?: string | undefined;
  /** `body`: only equal bodies are duplicates, whatever a delivery id says. */
  readonly identity: 'source' | 'body';
  /** Requests per second; the gateway's own limit when absent. */
  readonly ratePerSecond?: number | undefined;
}
const receiving = {
  previousSecret: z.string().min(1).optional(),
  identity: z.enum(['source', 'body']).default('source'),
  ratePerSecond: z.number().int().min(1).optional(),
};

const source = z
  .strictObject({
    connector: name('a connector'),
    secret: z.string().min(1).optional(),
    actor: z.union([z.string().min(1), z.number().int().transform(String)]).optional(),
    enabled: z.boolean().default(true),
    ...receiving,
  })
  .readonly();

const sink = z.looseObject({ connector: name('a connector').optional() }).readonly();

const lookup = z
  .strictObject({ lookup: name('a reference table'), by: expression, as: alias, required: z.boolean().default(false) })
  .readonly();

const task = z
  .looseObject({ task: alias, as: alias.optional(), pack: name('a pack').optional(), when: expression.optional() })
  .readonly();

const ordering = {
  order: z.enum(['key', 'partition', 'none']).optional(),
  onFailure: z.enum(['tiers', 'block', 'hold-key']).optional(),
};

const route = z
  .looseObject({
    route: name('a route'),
    sink: name('a sink'),
    when: expression.optional(),
    map: expression.optional(),
    ...ordering,
  })
  .readonly();

const mode = z.enum(['fast', 'cascade', 'full']);

const classify = z.union([z.array(task), z.strictObject({ mode: mode.optional(), tasks: z.array(task).default([]) })]);

const flow = z
  .strictObject({
    entity: z.string().min(1).optional(),
    from: z.string().min(1).optional(),
    version: z.string().min(1).optional(),
    enrich: z.array(lookup).default([]),
    classify: classify.default([]),
    deliver: z.array(route).default([]),
    ...ordering,
  })
  .readonly();

/** What one flow file may hold. Several files are one whole: each may have any of the sections. */
export const flowFile: z.ZodType<FlowFile> = z.strictObject({
  sources: z.record(name('a source'), source).default({}),
  sinks: z.record(name('a sink'), sink).default({}),
  classify: z.strictObject({ mode }).optional(),
  flows: z.record(name('a flow'), flow).default({}),
});

type Loose = Readonly<Record<string, unknown>>;
export interface FlowFile {
  readonly sources: Readonly<
    Record<
      string,
      SourceSettings & {
        readonly connector: string;
        readonly secret?: string | undefined;
        readonly actor?: string | undefined;
        readonly enabled: boolean;
      }
    >
  >;
  readonly sinks: Readonly<Record<string, Loose & { readonly connector?: string | undefined }>>;
  readonly classify?: { readonly mode: 'fast' | 'cascade' | 'full' } | undefined;
  readonly flows: Readonly<Record<string, FlowSection>>;
}
export interface FlowSection extends StatedOrdering {
  /** The flow's name when absent. */
  readonly entity?: string | undefined;
  /** The topic that it reads; what came in of its entity when absent. */
  readonly from?: string | undefined;
  /** The field that says which event is newest; the entity's own when absent, `none` for the order of the log. */
  readonly version?: string | undefined;
  readonly enrich: readonly {
    readonly lookup: string;
    readonly by: string;
    readonly as: string;
    readonly required: boolean;
  }[];
  readonly classify:
    | readonly TaskSection[]
    | { readonly mode?: 'fast' | 'cascade' | 'full' | undefined; readonly tasks: readonly TaskSection[] };
  readonly deliver: readonly RouteSection[];
}
export type TaskSection = Loose & {
  readonly task: string;
  readonly as?: string | undefined;
  readonly pack?: string | undefined;
  readonly when?: string | undefined;
};
export type RouteSection = Loose &
  StatedOrdering & {
    readonly route: string;
    readonly sink: string;
    readonly when?: string | undefined;
    readonly map?: string | undefined;
  };
