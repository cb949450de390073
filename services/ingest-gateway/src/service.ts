import { defineService } from '@millrace/service';
import { settings } from './config.ts';

export const service = defineService({
  name: 'ingest-gateway',
  summary: 'accepts webhooks and business events over HTTP, proves who sent them, answers 2xx only when Kafka has them',
  never: "interpret a vendor's fields beyond the declared pointers",
  port: 0,
  listeners: { adminPort: 5 },
  stages: [],
  settings,
  references: ['sources'],
});
