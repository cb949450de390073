import { defineService } from '@millrace/service';
import { settings } from './config.ts';

export const service = defineService({
  name: 'classifier',
  summary:
    'asks a model (embedded by default) for judgements that fit the declared taxonomy, and abstains where it is not sure',
  never: 'act on a judgement',
  port: 3,
  stages: [
    {
      stage: 'classify',
      each: 'flow',
      where: 'classify',
      group: 'classifier.<flow>',
      from: ['<enriched>'],
      to: ['<classified>'],
      outcome: 'classified',
    },
  ],
  settings,
});
