// Made by `npm run generate` from services/*/src/service.ts. Do not edit.
import type { StageDeclaration } from '@millrace/service';

export interface DeclaredStage extends StageDeclaration {
  readonly service: string;
}

export const declaredStages: readonly DeclaredStage[] = [
  {
    service: 'dlq-replayer',
    stage: 'index',
    each: 'installation',
    group: 'dlq-replayer.index',
    from: ['<dead letters>', 'ops.replay.ack'],
    to: [],
    outcome: 'indexed',
  },
  {
    service: 'enricher',
    stage: 'normalise',
    each: 'installation',
    where: 'sources',
    group: 'enricher.normalise',
    from: ['webhooks.received.v1'],
    to: ['<received>', 'transformations.recorded.v1'],
    outcome: 'normalised',
  },
  {
    service: 'enricher',
    stage: 'enrich',
    each: 'flow',
    where: 'enrich',
    group: 'enricher.<flow>',
    from: ['<source>'],
    to: ['<enriched>', 'transformations.recorded.v1'],
    outcome: 'enriched',
  },
  {
    service: 'classifier',
    stage: 'classify',
    each: 'flow',
    where: 'classify',
    group: 'classifier.<flow>',
    from: ['<enriched>'],
    to: ['<classified>'],
    outcome: 'classified',
  },
  {
    service: 'sink-writers',
    stage: 'deliver',
    each: 'route',
    group: 'sink-writers.<flow>.<route>',
    from: ['<last>'],
    to: ['deliveries.completed.v1'],
    outcome: 'delivered',
  },
];
