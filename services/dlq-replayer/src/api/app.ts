import { operatorEndpoints } from '@millrace/operator-api';
import { credentialHandlers } from '@millrace/operator-api/credentials';
import { operatorApp, operatorRouter } from '@millrace/operator-api/server';
import { names } from '@millrace/service';
import type { Express } from 'express';
import type { ApiParts } from './api-parts.ts';
import { dlqHandlers } from './dlq-handlers.ts';
import { flowsHandlers } from './flows-handlers.ts';
import { gatewayHandlers } from './gateway-handlers.ts';
import { jobHandlers } from './job-handlers.ts';
import { operationsHandlers } from './operations-handlers.ts';
import { pipelineHandlers } from './pipeline-handlers.ts';
import { referenceHandlers } from './reference-handlers.ts';

/** The operator API. Health and metrics are open; everything else needs a token. */
export function createApp(parts: ApiParts): Express {
  const requests = parts.metrics.counter(names.metrics.admin.requests);
  const gateway = gatewayHandlers(parts.gateway);
  const credentials = credentialHandlers(parts.credentials);
  const router = operatorRouter({
    ...parts.access,
    ...{ audit: parts.audit, logger: parts.logger, stopping: parts.stopping, checkAnswers: parts.checkAnswers },
    endpoints: operatorEndpoints,
    handlers: {
      dlq: dlqHandlers(parts),
      flows: flowsHandlers(parts),
      jobs: jobHandlers(parts),
      reference: referenceHandlers(parts),
      pipelines: pipelineHandlers(parts),
      ...operationsHandlers(parts),
      ...gateway,
      ...credentials,
      keys: { ...gateway.keys, ...credentials.keys },
    },
    onAnswered: (route, status) => requests.inc({ route, status }),
  });
  return operatorApp(router, [parts.health.router]);
}
