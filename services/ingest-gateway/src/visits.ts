import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Logger, type Metrics, names } from '@millrace/service';
import { type Answer, Refusal, shed } from './outcome.ts';
import { problem, respond, wireAnswer } from './respond.ts';

/** One request from its headers to its one counted outcome. */
export interface Visit {
  /** Under which name it is counted; `unknown` until somebody knows better. */
  name(source: string): void;
  /** Runs the handler, answers, counts once; also when the sender has left. Never rejects. */
  answer(handle: () => Promise<Answer>): Promise<void>;
}

export interface Visits {
  begin(request: IncomingMessage, response: ServerResponse): Visit;
  /** True while a request of this connection is being answered: its outcome is counted there. */
  isServing(socket: Socket): boolean;
  /** A request that never became one: bad HTTP. */
  malformed(code: string): void;
  inFlight(): number;
  /** Resolves when no request is being answered. */
  idle(): Promise<void>;
}

export interface VisitOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Under which names requests will be counted, as far as that is known. */
  readonly expected: readonly string[];
  /** Seconds of a clock that never goes back. */
  readonly clock: () => number;
  readonly freshId: () => string;
  readonly isDraining: () => boolean;
}

export function createVisits({ logger, metrics, expected, clock, freshId, isDraining }: VisitOptions): Visits {
  const { gateway } = names.metrics;
  const requests = metrics.counter(gateway.requests);
  const seconds = metrics.histogram(gateway.requestSeconds);
  const gauge = metrics.gauge(gateway.inFlight);
  for (const source of expected) {
    for (const outcome of ['accepted', 'duplicate']) {
      requests.zero({ source, outcome, reason: '' });
      seconds.zero({ source, outcome });
    }
  }
  gauge.set({}, 0);
  const served = new WeakMap<Socket, number>();
  let inFlight = 0;
  let idleWaiters: (() => void)[] = [];

  const left = (socket: Socket): void => {
    served.set(socket, (served.get(socket) ?? 1) - 1);
    inFlight -= 1;
    gauge.set({}, inFlight);
    if (inFlight > 0) return;
    for (const resolve of idleWaiters) resolve();
    idleWaiters = [];
  };

  return {
    begin(request, response) {
      const startedAt = clock();
      const { socket } = request;
      let source = 'unknown';
      served.set(socket, (served.get(socket) ?? 0) + 1);
      inFlight += 1;
      gauge.set({}, inFlight);
      const count = (kind: string, reason: string): void => {
        requests.inc({ source, outcome: kind, reason });
        seconds.observe({ source, outcome: kind }, clock() - startedAt);
      };
      const settled = async (handle: () => Promise<Answer>): Promise<void> => {
        try {
          if (isDraining()) throw shed('X_GATEWAY_DRAINING', 'this process is ending', { retryAfterMs: 1000 });
          const answer = await handle();
          count(answer.outcome.kind, 'reason' in answer.outcome ? answer.outcome.reason : '');
          await respond(request, response, wireAnswer(answer));
        } catch (error) {
          const refusal = refusalOf(error);
          const correlationId = freshId();
          count(refusal.kind, refusal.code);
          logRefusal({ error, refusal, source, correlationId });
          await respond(request, response, problem(refusal, correlationId));
        }
      };
      return {
        name: (known) => {
          source = known;
        },
        answer: async (handle) => {
          if (isDraining()) response.setHeader('Connection', 'close');
          await settled(handle).finally(() => left(socket));
        },
      };
    },
    isServing: (socket) => (served.get(socket) ?? 0) > 0,
    malformed: (code) => requests.inc({ source: 'unknown', outcome: 'rejected', reason: code }),
    inFlight: () => inFlight,
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };

  function logRefusal(happening: {
    readonly error: unknown;
    readonly refusal: Refusal;
    readonly source: string;
    readonly correlationId: string;
  }): void {
    const { error, refusal, source, correlationId } = happening;
    const fields = { source, code: refusal.code, status: refusal.status, correlationId };
    if (refusal.code === 'X_GATEWAY_INTERNAL') logger.error({ ...fields, err: error }, names.logs.gateway.failed);
    else if (refusal.code === 'X_GATEWAY_BODY_CUT') logger.debug(fields, names.logs.gateway.disconnected);
    else if (refusal.kind === 'shed') logger.warn(fields, names.logs.gateway.shed);
    else logger.info(fields, names.logs.gateway.rejected);
  }
}

/** Whatever was thrown becomes an answer. What nobody foresaw is our fault: 503, so that the sender tries again. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return shed('X_GATEWAY_INTERNAL', 'the gateway failed; send it again', { retryAfterMs: 5000, cause: error });
}
