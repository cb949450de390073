import type { AnySink } from '@millrace/connectors/sink';
import { type CanonicalEntity, type EntityDefinition, entities, type Topic } from '@millrace/contracts';
import {
  createExpressions,
  deliverGroup,
  type Expressions,
  type Flow,
  type Flows,
  flowList,
  type Route,
  resolveReferences,
} from '@millrace/flows';
import {
  type Breaker,
  type Broker,
  type ControlReader,
  controlReader,
  type EffectStore,
  type HeldKeys,
  type PipelineRun,
  type PipelineSettings,
  type Producer,
  type RunOptions,
  runPipeline,
  type Serde,
} from '@millrace/messaging';
import type { RateLimiterMode } from '@millrace/resilience';
import { createBreaker } from '@millrace/resilience/breaker';
import { createOutbound } from '@millrace/resilience/outbound';
import { type Environment, instanceOf, type Logger, type Metrics, type Part, type Readiness } from '@millrace/service';
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

/** Every route of the service, to be opened and closed as one. */
export interface SinkWriters extends Part {
  /** One per route: halted and joining are not ready, and say why. */
  readonly checks: readonly Readiness[];
  /** Those that run; empty before `open`. */
  runs(): readonly PipelineRun[];
}

/** One destination of one flow: stops, pauses, retries and dead-letters by itself. */
interface RouteRun {
  readonly run: PipelineRun;
  readonly writer: RouteWriter;
  readonly breaker: Breaker;
}

/** Left of the grace period after draining: for committing, leaving the groups and closing the producer. */
const closingMs = 5_000;

export function createSinkWriters(options: SinkWritersOptions): SinkWriters {
  const { flows, broker, serde, settings, logger } = options;
  const expressions = createExpressions({ timeoutMs: settings.expressionTimeoutMs });
  const routes = flowList(flows).flatMap((flow) => flow.deliver.map((route) => ({ flow, route })));
  let producer: Producer | undefined;
  let control: ControlReader | undefined;
  let running: readonly RouteRun[] = [];
  const runs = (): readonly PipelineRun[] => running.map(({ run }) => run);

  return {
    name: 'sink-writers',
    checks: routes.map(({ flow, route }) => readinessOf(deliverGroup(flow.entity, route.route), runs)),
    runs,
    async open() {
      const own = await broker.createProducer();
      producer = own;
      running = routes.map(({ flow, route }) => startable(flow, route, own, expressions, options));
      // Not awaited: Kafka may be away, and a service that waits for it must still be told to stop.
      for (const { run } of running) run.start().catch(options.fatal);
      control = controlReader({ broker, serde, runs: runs(), logger });
      control.start().catch(options.fatal);
    },
    async close() {
      await control?.close();
      const deadline = AbortSignal.timeout(Math.max(0, settings.graceMs - closingMs));
      await Promise.all(running.map(({ run }) => run.drain(deadline)));
      await Promise.all(running.map(({ run }) => run.close()));
      await producer?.close();
      for (const { breaker } of running) breaker.close();
      await Promise.all([...running.map(({ writer }) => writer.close()), expressions.close()]);
    },
  };
}

function startable(
  flow: Flow,
  route: Route,
  producer: Producer,
  expressions: Expressions,
  options: SinkWritersOptions,
): RouteRun {
  const { broker, serde, settings, logger, metrics } = options;
  const definition = sinkOf(route, options);
  const writer = routeWriter(flow, route, definition, options);
  const breaker = createBreaker({ openMs: settings.breakerOpenMs });
  const { entity } = flow;
  const { write } = writer;
  const stage = deliverPipeline({
    entity,
    route,
    sink: definition,
    topic: topicOf(flow),
    expressions,
    write,
    now: options.now,
  });
  const run: RunOptions = {
    broker,
    producer,
    serde,
    // More handlers than the destination takes at once would only grow old waiting for their turn.
    settings: { ...settings, maxInFlight: Math.min(settings.maxInFlight, definition.concurrency) },
    logger,
    metrics,
    breaker,
    ...(options.heldKeys === undefined ? {} : { heldKeys: options.heldKeys }),
    ...instanceOf('sink-writers', settings.ordinal),
    beforeResume: () => writer.reopen(),
    onFatal: options.fatal,
  };
  return {
    run: runPipeline(stage, run),
    writer,
    breaker,
  };
}

function routeWriter(flow: Flow, route: Route, definition: AnySink, options: SinkWritersOptions): RouteWriter {
  const { settings, environment, effects, metrics, now } = options;
  return createRouteWriter({
    ...settings,
    route: `${flow.entity}.${route.route}`,
    entity: flow.entity,
    schema: topicOf(flow).schema,
    definition,
    readSettings: () => resolveReferences(definition.config.parse(route.settings), environment),
    openOutbound: () =>
      createOutbound({ trustedOrigins: settings.trustedOrigins, connections: definition.concurrency, now }),
    effects,
    metrics,
    now,
    monotonic: () => performance.now(),
  });
}

/** A flow that judges nothing delivers what was enriched. */
function topicOf({ entity, classify }: Flow): Topic<Deliverable> {
  const definition: EntityDefinition<CanonicalEntity> = entities[entity];
  return (classify.length > 0 ? definition.classified : definition.enriched) as Topic<Deliverable>;
}

function sinkOf({ route, sink }: Route, { sinks }: SinkWritersOptions): AnySink {
  const definition = Object.hasOwn(sinks, sink) ? sinks[sink] : undefined;
  // The flow file was checked against the same registry.
  if (definition === undefined) throw new TypeError(`the route ${route} names the sink ${sink}, which does not exist`);
  return definition;
}

function readinessOf(group: string, runs: () => readonly PipelineRun[]): Readiness {
  return {
    name: group,
    ready: () => {
      const run = runs().find((candidate) => candidate.group === group);
      const { state, code } = run?.state() ?? { state: 'starting', code: null };
      const said = code === null ? {} : { reason: `${state}: ${code}` };
      if (run?.isReady() === true) return { ok: true, ...said };
      return { ok: false, reason: code === null ? 'joining its group' : `${state}: ${code}` };
    },
  };
}
