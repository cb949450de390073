import { dlq } from './dlq.ts';
import { doctor } from './doctor.ts';
import { events } from './events.ts';
import { flows } from './flows.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { pipelines } from './pipelines.ts';
import { reference } from './reference.ts';
import { sources } from './sources.ts';
import { tokens } from './tokens.ts';
import { topics } from './topics.ts';
import { trace } from './trace.ts';

/** Every endpoint of the operator API, by area and verb. */
export const operatorEndpoints = {
  dlq,
  doctor,
  events,
  flows,
  jobs,
  keys,
  pipelines,
  reference,
  sources,
  tokens,
  topics,
  trace,
};
export type OperatorEndpoints = typeof operatorEndpoints;

/** Those that the gateway answers on its own listener, below `/admin`; the operator API asks it there. */
export const gatewayEndpoints = { events, keys: { show: keys.show }, sources };
export type GatewayEndpoints = typeof gatewayEndpoints;
