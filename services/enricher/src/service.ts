import { defineService } from '@millrace/service';
import { settings } from './config.ts';

export const service = defineService({
  name: 'enricher',
  summary:
    'normalises vendor payloads to canonical entities and enriches them from reference data, every change recorded',
  never: 'effects outside Kafka and its own cache',
  port: 2,
  stages: [
    {
      stage: 'normalise',
      each: 'installation',
      where: 'sources',
      group: 'enricher.normalise',
      from: ['webhooks.received.v1'],
      to: ['<received>', 'transformations.recorded.v1'],
      outcome: 'normalised',
    },
    {
      stage: 'enrich',
      each: 'flow',
      where: 'enrich',
      group: 'enricher.<flow>',
      from: ['<source>'],
      to: ['<enriched>', 'transformations.recorded.v1'],
      outcome: 'enriched',
    },
  ],
  settings,
});
