import { type GatewayEndpoints, gatewayEndpoints, Refusal } from '@millrace/operator-api';
import { type ClientOf, clientOf, httpSender } from '@millrace/operator-api/client';
import type { Call, HandlersOf } from '@millrace/operator-api/server';
import { OperatorError } from '../errors.ts';

export interface GatewayAdmin {
  readonly url: string | undefined;
  /** Of this service; who asks is told by the audit entry that comes before. */
  readonly token: string;
}

type Asker = Pick<Call<unknown>, 'identity' | 'signal'>;

const answerMs = 10_000;

/** What the gateway's admin listener answers, under the one address of operators. */
export function gatewayHandlers({ url, token }: GatewayAdmin): HandlersOf<GatewayEndpoints> {
  const ask = async <A>(
    { identity, signal }: Asker,
    verb: (gateway: ClientOf<GatewayEndpoints>, signal: AbortSignal) => Promise<A>,
  ): Promise<A> => {
    if (url === undefined) throw new OperatorError('X_GATEWAY_ADMIN_AWAY', 503);
    const gateway = clientOf(gatewayEndpoints, httpSender({ url, token, prefix: '/admin', onBehalfOf: identity.id }));
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    return verb(gateway, inTime).catch((error: unknown) => {
      throw toldOnwards(error);
    });
  };

  return {
    sources: {
      list: (call) => ask(call, (gateway, signal) => gateway.sources.list({}, signal)),
      show: async (call) => ({
        target: call.asked.name,
        act: () => ask(call, (gateway, signal) => gateway.sources.show(call.asked, signal)),
      }),
    },
    keys: {
      show: async (call) => ({
        target: call.asked.name,
        act: () => ask(call, (gateway, signal) => gateway.keys.show(call.asked, signal)),
      }),
    },
    events: { show: (call) => ask(call, (gateway, signal) => gateway.events.show(call.asked, signal)) },
  };
}

/** What the gateway says of the question goes on; that it does not let this service in is nothing of the caller's. */
function toldOnwards(error: unknown): unknown {
  if (error instanceof Refusal && error.status < 500 && ![401, 403].includes(error.status)) return error;
  return new Refusal({
    ...{ code: 'X_GATEWAY_ADMIN_AWAY', status: 503, title: new OperatorError('X_GATEWAY_ADMIN_AWAY', 503).title },
    cause: error,
  });
}
