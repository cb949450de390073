import { parseArgs } from 'node:util';

/** What a run does; every field can be repeated exactly with the seed printed in the report. */
export interface ChaosOptions {
  readonly seconds: number;
  /** Webhooks a second, open loop: a slow answer never slows the sender. */
  readonly rate: number;
  readonly seed: number;
  /** Which parts are killed, in turn. */
  readonly targets: readonly string[];
  /** Pause between the recovery of one fault and the next. */
  readonly everyMs: number;
  readonly portBase: number;
  readonly data: string;
  readonly flows: string | null;
  /** `classify.mode` of the repository's flows for this run. */
  readonly mode: string;
  readonly keep: boolean;
  readonly json: boolean;
}

const services = ['ingest-gateway', 'enricher', 'classifier', 'sink-writers', 'dlq-replayer'];
export const scenarios: Readonly<Record<string, readonly string[]>> = {
  services,
  infrastructure: ['kafka', 'postgres', 'registry'],
  all: [...services, 'kafka', 'postgres', 'registry'],
  none: [],
};

export function parseOptions(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: 'services' },
      'every-ms': { type: 'string', default: '8000' },
      'port-base': { type: 'string', default: '18080' },
      data: { type: 'string', default: '.millrace/chaos' },
      flows: { type: 'string' },
      mode: { type: 'string', default: 'fast' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const targets = values.scenario.split(',').flatMap((name) => scenarios[name] ?? [name]);
  return {
    seconds:
      values.seconds === undefined ? number('minutes', values.minutes ?? '1') * 60 : number('seconds', values.seconds),
    rate: number('rate', values.rate),
    seed: number('seed', values.seed),
    targets,
    everyMs: number('every-ms', values['every-ms']),
    portBase: number('port-base', values['port-base']),
    data: values.data,
    flows: values.flows ?? null,
    mode: values.mode,
    keep: values.keep,
    json: values.json,
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new Error(`--${name} takes a number that is not negative; it was given something else`);
  return value;
}
