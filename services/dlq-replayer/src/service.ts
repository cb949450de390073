import { defineService } from '@millrace/service';
import { settings } from './config.ts';

export const service = defineService({
  name: 'dlq-replayer',
  summary: 'shows, groups, plans and redrives failures; serves the operator API',
  never: 'write to a topic that others read',
  port: 1,
  stages: [
    {
      stage: 'index',
      each: 'installation',
      group: 'dlq-replayer.index',
      from: ['<dead letters>', 'ops.replay.ack'],
      to: [],
      outcome: 'indexed',
    },
  ],
  settings,
});
