import { parseArgs } from 'node:util';
import { type FaultClass, faultClasses } from './catalogue.ts';

/** What a run does; the same options make the same load and the same faults at the same moments. */
export interface ChaosOptions {
  readonly seconds: number;
  /** Updates a second, open loop: a slow answer never slows the sender. */
  readonly rate: number;
  readonly seed: number;
  readonly classes: readonly FaultClass[];
  /** Mean pause between the beginnings of two faults. */
  readonly everyMs: number;
  /** How long the last records may take to their end after the load and the last fault. */
  readonly quietSeconds: number;
  readonly kafkaNodes: 1 | 3;
  readonly portBase: number;
  readonly data: string;
  readonly flows: string | null;
  /** `classify.mode` of the repository's flows for this run. */
  readonly mode: string;
  /** Goes on with the data folder as it is. */
  readonly keep: boolean;
  /** Only prints what would be done, and when. */
  readonly plan: boolean;
  readonly json: boolean;
  /** Keeps the figures for the README. */
  readonly save: boolean;
}

export const usage =
  'npm run chaos -- [--minutes N | --seconds N] [--seed S] [--scenario all|services|infrastructure|destinations|memory|none|TARGET|TARGET:KIND,…] [--rate N] [--every-ms N] [--kafka-nodes 1|3] [--mode fast|cascade|full] [--flows DIR] [--quiet-seconds N] [--data DIR] [--port-base N] [--keep] [--plan] [--json] [--save]';

export function parseOptions(argv: readonly string[]): ChaosOptions {
  const values = read(argv);
  const kafkaNodes = values['kafka-nodes'];
  if (kafkaNodes !== '1' && kafkaNodes !== '3') throw new Error('--kafka-nodes is 1 or 3');
  const nodes = kafkaNodes === '1' ? 1 : 3;
  return {
    seconds: values.seconds === undefined ? number('minutes', values.minutes) * 60 : number('seconds', values.seconds),
    rate: number('rate', values.rate),
    seed: number('seed', values.seed),
    classes: faultClasses(values.scenario, nodes),
    everyMs: number('every-ms', values['every-ms']),
    quietSeconds: number('quiet-seconds', values['quiet-seconds']),
    kafkaNodes: nodes,
    portBase: number('port-base', values['port-base']),
    data: values.data,
    flows: values.flows ?? null,
    mode: values.mode,
    keep: values.keep,
    plan: values.plan,
    json: values.json,
    save: values.save,
  };
}

/** Say only where things are kept and told. */
const places = new Set(['--json', '--save', '--keep', '--data', '--port-base']);
const withValue = new Set(['--data', '--port-base']);

/** What a person types for the same run, wherever. */
export function commandOf(argv: readonly string[]): string {
  const typed = argv.filter((word, at) => !places.has(word) && !withValue.has(argv[at - 1] ?? ''));
  return ['npm run chaos', ...(typed.length === 0 ? [] : ['--', ...typed])].join(' ');
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        minutes: { type: 'string', default: '1' },
        seconds: { type: 'string' },
        rate: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
        scenario: { type: 'string', default: 'all' },
        'every-ms': { type: 'string', default: '10000' },
        'quiet-seconds': { type: 'string', default: '300' },
        'kafka-nodes': { type: 'string', default: '3' },
        'port-base': { type: 'string', default: '18080' },
        data: { type: 'string', default: '.millrace/chaos' },
        flows: { type: 'string' },
        mode: { type: 'string', default: 'fast' },
        keep: { type: 'boolean', default: false },
        plan: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Error(`${Error.isError(error) ? error.message : String(error)}; it takes ${usage}`);
  }
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text.trim() === '')
    throw new Error(`--${name} takes a number that is not negative, not ${JSON.stringify(text)}`);
  return value;
}
