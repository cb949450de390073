import { rehearsedWays } from '@millrace/connectors/kit/rehearse';
import type { AnySink, SinkDelivery } from '@millrace/connectors/kit/sink';
import { sinks } from '@millrace/connectors/sinks';
import type { Topic } from '@millrace/contracts';
import { type DryRunPorts, type DryStage, type Findings, type OpenDryRun, watchedExpressions } from '@millrace/dry-run';
import { createExpressions, type Expressions, type Flow, flowList, flowTopics, type Route } from '@millrace/flows';
import { type Deliverable, deliverPipeline, type Written } from './deliver.ts';
import { createDestination } from './destination.ts';
import { type DrySettings, drySettings } from './dry-settings.ts';

/** Every route with its own sink, whose ways out are rehearsed; its first delivery of the event, so no ledger is asked. */
export const openDryRun: OpenDryRun = (ports) => {
  const expressions = createExpressions();
  return {
    stages: flowList(ports.flows).flatMap((flow) =>
      flow.deliver.map((route) =>
        dryDeliverStage({ flow, route, definition: sinks[route.sink] as AnySink }, expressions, ports),
      ),
    ),
    close: () => expressions.close(),
  };
};

export interface DryRoute {
  readonly flow: Flow;
  readonly route: Route;
  readonly definition: AnySink;
}

export function dryDeliverStage(
  { flow, route, definition }: DryRoute,
  expressions: Expressions,
  { environment, now }: Pick<DryRunPorts, 'environment' | 'now'>,
): DryStage {
  const watched = watchedExpressions(expressions);
  const topic = flowTopics(flow).last as Topic<Deliverable>;
  let sent: Pick<Findings, 'requests' | 'notes'> = {};
  const write = async (delivery: SinkDelivery, signal: AbortSignal): Promise<Written> => {
    const { settings, secrets, placeholders } = drySettings(definition, route.settings, environment);
    const context = { route: delivery.route, entity: flow.entity, schema: topic.schema, now };
    const rehearsal = definition.rehearse(settings, context);
    const { shown, ...ways } = rehearsedWays({ rehearsal, secrets, placeholders });
    const opened = createDestination({
      ...{ definition, readSettings: () => settings, openOutbound: () => ways.outbound },
      context: { ...context, openPool: ways.openPool },
    });
    try {
      const { outcome, reason = null, destination } = await opened.write(delivery, signal);
      return { outcome, reason, destination };
    } finally {
      await opened.close();
      sent = { requests: shown(), notes: notesOf(rehearsal.assumes, placeholders) };
    }
  };
  return {
    pipeline: deliverPipeline({
      ...{ flow, route, sink: definition, topic, expressions: watched, now },
      write: (delivery, _, signal) => write(delivery, signal),
      pass: async () => undefined,
    }),
    findings: () => {
      const { when, map } = route;
      const condition = when === null ? null : watched.conditionOf(`route ${flow.name}.${route.route}`, when);
      const mapped = map === null ? undefined : watched.valueOf(map);
      const found = {
        ...(condition === null ? {} : { conditions: [condition] }),
        ...(map === null || mapped === undefined ? {} : { map: { expression: map, value: mapped.value ?? null } }),
        ...sent,
      };
      watched.forget();
      sent = {};
      return found;
    },
  };
}

function notesOf(assumes: string | null, placeholders: DrySettings['placeholders']): readonly string[] {
  const missing = [...new Set(placeholders.values())];
  return [
    ...(assumes === null ? [] : [`taken for given: ${assumes}`]),
    ...(missing.length === 0 ? [] : [`not set here, so shown by name: ${missing.join(', ')}`]),
  ];
}
