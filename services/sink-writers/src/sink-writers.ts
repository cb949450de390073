import type { AnySink } from '@millrace/connectors/kit/sink';
import type { Topic } from '@millrace/contracts';
import {
  createExpressions,
  type Expressions,
  type Flow,
  type Flows,
  flowList,
  flowTopics,
  groupOf,
  type Route,
  resolveReferences,
  stageRestarts,
  variablesIn,
  versionOf,
} from '@millrace/flows';
import { openPool } from '@millrace/ledger/pool';
import {
  type Broker,
  createStageHost,
  type EffectStore,
  type HeldKeys,
  type HostedStage,
  type PipelineSettings,
  type PlannedStage,
  type Serde,
  type StageHost,
} from '@millrace/messaging';
import type { RateLimiterMode } from '@millrace/resilience';
import { createBreaker } from '@millrace/resilience/breaker';
import { createOutbound } from '@millrace/resilience/outbound';
import type { Environment, Logger, Metrics } from '@millrace/service';
import { type Deliverable, deliverPipeline } from './deliver.ts';
import { createRouteWriter, type RouteWriter } from './route-writer.ts';

export interface SinkWritersOptions {
  readonly flows: Flows;
  /** Sinks by name. */
  readonly sinks: Readonly<Record<string, AnySink>>;
  readonly broker: Broker;
  readonly serde: Serde;
  readonly effects: EffectStore;
  /** Needed where a flow holds keys. */
  readonly heldKeys?: HeldKeys;
  readonly settings: PipelineSettings & {
    readonly graceMs: number;
    readonly ordinal: number | undefined;
    readonly trustedOrigins: readonly string[];
    readonly rateLimits: RateLimiterMode;
    readonly writeTimeoutMs: number;
    readonly rateLimitPatienceMs: number;
    readonly breakerOpenMs: number;
    readonly mostWritesPerKey: number;
    readonly expressionTimeoutMs: number;
  };
  /** Where the flow file's references are looked up, at each opening of a destination. */
  readonly environment: Environment;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Ends the process in order. */
  readonly fatal: (error: Error) => void;
}

export interface SinkWriters extends StageHost {
  /** Goes over to other flows while events flow, or says why it must be started anew for them. */
  reload(next: Flows, before: Flows): Promise<readonly string[]>;
}

/** Every route is a stage of its own: it stops, pauses, retries and dead-letters by itself. */
export function createSinkWriters(options: SinkWritersOptions): SinkWriters {
  const { settings } = options;
  const expressions = createExpressions({ timeoutMs: settings.expressionTimeoutMs });
  const planOf = (flows: Flows): readonly PlannedStage[] =>
    flowList(flows).flatMap((flow) => flow.deliver.map((route) => plannedStage(flow, route, expressions, options)));
  const host = createStageHost({
    ...options,
    name: 'sink-writers',
    groups: options.flows.stages.filter(({ service }) => service === 'sink-writers').map(({ group }) => group),
    openStages: () => planOf(options.flows).map(({ make, version }) => ({ ...make(), version })),
    closeShared: () => expressions.close(),
  });
  return {
    ...host,
    async reload(next, before) {
      const reasons = [...stageRestarts('sink-writers', before, next), ...missingReferences(next, options)];
      if (reasons.length === 0) await host.replace(planOf(next));
      return reasons;
    },
  };
}

function plannedStage(flow: Flow, route: Route, expressions: Expressions, options: SinkWritersOptions): PlannedStage {
  return {
    group: groupOf('deliver', { flow: flow.name, route: route.route }),
    version: versionOf({ flow: flow.name, entity: flow.entity, route }),
    make: () => stageOf(flow, route, expressions, options),
  };
}

/** What a process was not given at its start it gets at the next one. Of routes that it has, a missing one halts only these. */
function missingReferences(next: Flows, { environment }: SinkWritersOptions): readonly string[] {
  const routes = flowList(next).flatMap((flow) => flow.deliver.map((route) => ({ flow, route })));
  return routes.flatMap(({ flow, route }) =>
    [...variablesIn(route.settings)]
      .filter((name) => environment[name] === undefined && !hasDefault(name, route.settings))
      .map((name) => `route ${flow.name}.${route.route} needs the environment variable ${name}, which is not set here`),
  );
}

const hasDefault = (name: string, settings: unknown): boolean => JSON.stringify(settings).includes(`\${${name}:-`);

function stageOf(flow: Flow, route: Route, expressions: Expressions, options: SinkWritersOptions): HostedStage {
  const definition = sinkOf(route, options);
  const { write, pass, reopen, close } = routeWriter(flow, route, definition, options);
  return {
    pipeline: deliverPipeline({
      ...{ flow, route, sink: definition, topic: flowTopics(flow).last as Topic<Deliverable>, expressions },
      ...{ write, pass, now: options.now },
    }),
    breaker: createBreaker({ openMs: options.settings.breakerOpenMs }),
    // More handlers than the destination takes at once would only grow old waiting for their turn.
    maxInFlight: definition.concurrency,
    beforeResume: reopen,
    close,
  };
}

function routeWriter(flow: Flow, route: Route, definition: AnySink, options: SinkWritersOptions): RouteWriter {
  const { settings, environment, effects, metrics, now } = options;
  return createRouteWriter({
    ...settings,
    route: `${flow.name}.${route.route}`,
    entity: flow.entity,
    schema: flowTopics(flow).last.schema,
    definition,
    isOrdered: route.order !== 'none',
    readSettings: () => resolveReferences(definition.config.parse(route.settings), environment),
    openOutbound: () =>
      createOutbound({ trustedOrigins: settings.trustedOrigins, connections: definition.concurrency, now }),
    openPool,
    effects,
    metrics,
    now,
    monotonic: () => performance.now(),
  });
}

function sinkOf({ route, sink }: Route, { sinks }: SinkWritersOptions): AnySink {
  const definition = Object.hasOwn(sinks, sink) ? sinks[sink] : undefined;
  // The flow file was checked against the same registry.
  if (definition === undefined) throw new TypeError(`the route ${route} names the sink ${sink}, which does not exist`);
  return definition;
}
