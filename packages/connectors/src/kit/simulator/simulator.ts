import { createHttpServer, type HttpServer } from '@millrace/service';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { z } from 'zod';
import { createFaults, type FaultState, type Faults, type FaultVoice } from './faults.ts';
import { renderPage } from './page.ts';
import type { SimulatedMessage } from './simulated-message.ts';

export interface SimulatorOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Where its journal lives; a restart on the same folder remembers everything. */
  readonly dataFolder: string;
  /** False switches the documented limits off. */
  readonly limits: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A vendor that cannot run here, as its documentation describes it. */
export interface Simulator extends HttpServer {
  messages(): readonly SimulatedMessage[];
}

/** What a vendor brings; steering, page and listener are the same for all. */
export interface VendorBehaviour {
  readonly name: string;
  readonly voice: FaultVoice;
  /** Mounts the vendor's API. The faults stand before it. */
  readonly routes: (router: Router, faults: Faults) => void;
  readonly messages: () => readonly SimulatedMessage[];
  /** Further effects of `heal`. */
  readonly heal?: () => void;
  readonly close: () => Promise<void> | void;
}

export function createSimulator(options: SimulatorOptions, vendor: VendorBehaviour): Simulator {
  const faults = createFaults(vendor.voice, options.limits);
  const app = express().disable('x-powered-by').disable('etag');
  app.use('/_simulator', onlyFromHere, express.json({ limit: '64kb' }), steering(vendor, faults));
  app.get('/', onlyFromHere, (_request, response) => {
    response
      .set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .set('x-content-type-options', 'nosniff')
      .type('html')
      .send(renderPage(vendor.name, vendor.messages(), faults.state()));
  });
  const api = express.Router();
  api.use(faults.middleware);
  vendor.routes(api, faults);
  app.use(api);
  app.use(answerFault(vendor));
  const server = createHttpServer({
    name: `${vendor.name} simulator`,
    host: options.host,
    port: options.port,
    handler: app,
  });
  return {
    ...server,
    messages: vendor.messages,
    close: async () => {
      server.server.closeAllConnections();
      await server.close();
      await vendor.close();
    },
  };
}

/** Codes of the switches; what a vendor's own API answers is the vendor's. */
export const simulatorErrors = {
  X_SIMULATOR_SETTING: 'A switch of a simulator was given a value that it does not take; the detail says which.',
} as const;

const count = z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER);
const switches = {
  fail: z
    .object({ status: z.coerce.number().int().min(400).max(599).default(500), times: count })
    .transform(({ status, times }): Partial<FaultState> => ({ fail: { status, left: times } })),
  slow: z
    .object({ ms: z.coerce.number().int().min(0).max(600_000) })
    .transform(({ ms }): Partial<FaultState> => ({ slowMs: ms })),
  'rate-limit': z
    .object({ retryAfterSeconds: z.coerce.number().int().min(0).max(86_400).default(1), times: count })
    .transform(
      ({ retryAfterSeconds, times }): Partial<FaultState> => ({ rateLimit: { retryAfterSeconds, left: times } }),
    ),
  'schema-change': z.object({}).transform((): Partial<FaultState> => ({ schemaChange: true })),
  'lose-answer': z
    .object({ times: count })
    .transform(({ times }): Partial<FaultState> => ({ loseAnswer: { left: times } })),
  limits: z
    .object({ state: z.enum(['on', 'off']) })
    .transform(({ state }): Partial<FaultState> => ({ limits: state === 'on' })),
} as const;

/** `POST /_simulator/{fail,slow,rate-limit,schema-change,lose-answer,limits,heal}`, `GET /_simulator/{messages,state}`. */
function steering(vendor: VendorBehaviour, faults: Faults): Router {
  const router = express.Router();
  router.get('/state', (_request, response) => {
    response.json({ vendor: vendor.name, received: vendor.messages().length, faults: faults.state() });
  });
  router.get('/messages', (request, response) => {
    const limit = z.coerce.number().int().min(1).catch(Number.MAX_SAFE_INTEGER).parse(request.query['limit']);
    const all = vendor.messages();
    response.json({ vendor: vendor.name, total: all.length, messages: all.slice(-limit) });
  });
  router.post('/heal', (_request, response) => {
    faults.heal();
    vendor.heal?.();
    response.json({ vendor: vendor.name, faults: faults.state() });
  });
  for (const [name, shape] of Object.entries(switches)) {
    router.post(`/${name}`, (request, response) => {
      const parsed = shape.safeParse({ ...request.query, ...(request.body as object | undefined) });
      if (!parsed.success) {
        const detail = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
        response.status(400).json({ title: `Not a setting of ${name}`, code: 'X_SIMULATOR_SETTING', detail });
        return;
      }
      faults.change(parsed.data);
      response.json({ vendor: vendor.name, faults: faults.state() });
    });
  }
  return router;
}

/** A web page of somewhere else must not steer it, nor a name that was made to point here. */
const onlyFromHere: RequestHandler = (request, response, next) => {
  const host = request.hostname;
  const origin = request.get('origin');
  const isLocal = ['127.0.0.1', 'localhost', '::1', '[::1]'].includes(host);
  if (isLocal && (origin === undefined || origin === `${request.protocol}://${request.get('host')}`)) return next();
  response.status(403).json({ title: 'The simulator is steered from its own machine only' });
};

function answerFault(vendor: VendorBehaviour) {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request: Request, response: Response, _next: unknown): void => {
    const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
    const known = Number.isInteger(status) && status >= 400 && status < 600 ? status : 500;
    if (!response.headersSent) response.status(known).json(vendor.voice.failureBody(known));
  };
}
