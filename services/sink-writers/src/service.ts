import { defineService } from '@millrace/service';
import { settings } from './config.ts';

export const service = defineService({
  name: 'sink-writers',
  summary: 'delivers to destinations idempotently and at the pace they allow, each route by itself',
  never: 'decide what is true',
  port: 4,
  stages: [
    {
      stage: 'deliver',
      each: 'route',
      group: 'sink-writers.<flow>.<route>',
      from: ['<last>'],
      to: ['deliveries.completed.v1'],
      outcome: 'delivered',
    },
  ],
  settings,
  references: ['routes'],
});
