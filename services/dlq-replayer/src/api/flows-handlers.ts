import type { OperatorEndpoints } from '@millrace/operator-api';
import type { HandlersOf } from '@millrace/operator-api/server';
import { checkFlows, provisionRoutes, type ReloadOptions } from '../flows/reload-flows.ts';
import type { ApiParts } from './api-parts.ts';

/** How long a reload waits for what the processes make of it. */
const answerMs = 10_000;

/** `/v1/flows`: which version runs where, and the way to another. */
export function flowsHandlers({ broker, versions, flowFiles }: ApiParts): HandlersOf<OperatorEndpoints>['flows'] {
  const options: ReloadOptions = { ...flowFiles, admin: broker.admin };
  return {
    status: async () => ({ announced: versions.announced(), processes: versions.processes() }),
    reload: async ({ asked: { plan }, identity, signal }) => {
      const { flows, digest, changes } = checkFlows(options);
      return {
        target: 'flows',
        detail: { digest, changes },
        isPlan: plan,
        act: async () => {
          if (plan) return { digest, changes, announced: false, processes: versions.processes() };
          await provisionRoutes(flows, options);
          await versions.announce(digest, identity.id);
          await versions.answered(digest, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
          return { digest, changes, announced: true, processes: versions.processes() };
        },
      };
    },
  };
}
