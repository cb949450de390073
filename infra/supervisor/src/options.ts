import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { KafkaNodes } from './layout.ts';
import { SupervisorError } from './supervisor-error.ts';

export interface SupervisorOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly portBase: number;
  /** Absolute: a folder of flow files or one file. */
  readonly flows: string;
  readonly samples: boolean;
  /** Three keep every record twice over and go on without one of them; a data folder keeps its number. */
  readonly kafkaNodes: KafkaNodes;
  /** The state goes to standard output as one line, everything else to the error stream. */
  readonly json: boolean;
}

export interface OptionDefaults {
  readonly root: string;
  /** What a relative path is relative to. */
  readonly from: string;
}

export const usage =
  'npm start -- [--data DIR] [--port-base N] [--flows DIR] [--kafka-nodes 1|3] [--no-samples] [--json]';

/** Reads the command line of `npm start`; throws one sentence for what it does not know. */
export const parseOptions = (args: readonly string[], { root, from }: OptionDefaults): SupervisorOptions => {
  const values = read(args);
  const path = (given: string | undefined, standard: string): string =>
    given === undefined ? join(root, standard) : isAbsolute(given) ? given : resolve(from, given);
  return {
    dataDir: path(values.data, '.millrace'),
    portBase: portBase(values['port-base'] ?? '8080'),
    flows: path(values.flows, 'infra/flows'),
    samples: !values['no-samples'],
    kafkaNodes: kafkaNodes(values['kafka-nodes'] ?? '1'),
    json: values.json ?? false,
  };
};

const read = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        'port-base': { type: 'string' },
        flows: { type: 'string' },
        'kafka-nodes': { type: 'string' },
        'no-samples': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    const reason = Error.isError(error) ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new SupervisorError('X_SUPERVISOR_OPTION', `${reason.replace(/\.$/, '')}; it takes ${usage}.`);
  }
};

const kafkaNodes = (text: string): KafkaNodes => {
  if (text === '1' || text === '3') return text === '1' ? 1 : 3;
  throw new SupervisorError('X_SUPERVISOR_OPTION', `--kafka-nodes is 1 or 3, not ${JSON.stringify(text)}.`);
};

const highest = 65_535 - 100;

const portBase = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1_024 && port <= highest) return port;
  throw new SupervisorError(
    'X_SUPERVISOR_OPTION',
    `--port-base is a number from 1024 to ${highest}, not ${JSON.stringify(text)}.`,
  );
};
