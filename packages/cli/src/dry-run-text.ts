import type { DryRunReport, ShownRecord, Step, StepOutcome } from '@millrace/dry-run';

/** A dry run as a person reads it: step by step, in the order in which it would happen. */
export function dryRunText({ accepted, notes, steps }: DryRunReport): string {
  const first = accepted === null ? 'nothing flows' : `comes in as ${recordLine(accepted)}`;
  return [[first, ...notes.map(note), ...(accepted === null ? [] : [json(accepted.value)])], ...steps.map(stepLines)]
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Read by people and traces, not by stages: that they are written is enough. */
const told: readonly string[] = ['transformations.recorded.v1', 'deliveries.completed.v1'];

function stepLines(step: Step): readonly string[] {
  const { stage, service, flow, route, input, outcome } = step;
  const name = [flow, route].filter((part) => part !== null).join('.');
  return [
    `${stage}${name === '' ? '' : ` ${name}`} (${service}) of ${input.topic}: ${outcomeText(outcome)}`,
    ...(step.lookups ?? []).map(
      ({ table, key, found }) => `  looks up ${JSON.stringify(key)} in ${table}: ${found ? 'found' : 'not there'}`,
    ),
    ...(step.conditions ?? []).map(
      ({ of, expression, holds, reason }) => `  ${of} when ${expression}: ${holds} (${reason})`,
    ),
    ...(step.map === undefined ? [] : [`  map ${step.map.expression}:`, json(step.map.value)]),
    ...(step.requests ?? []).flatMap((request) => requestLines(request as Request)),
    ...step.records.flatMap((record) =>
      told.includes(record.topic) ? [] : [`  writes ${recordLine(record)}`, json(record.value)],
    ),
    ...(step.notes ?? []).map(note),
  ];
}

function outcomeText(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case 'filtered':
      return `filtered (${outcome.reason})`;
    case 'failed':
      return `fails with ${outcome.code}, ${consequence[outcome.disposition]}: ${outcome.message}`;
    case 'not-run':
      return `not run, because ${outcome.reason}`;
    default:
      return outcome.kind;
  }
}

const consequence = {
  retry: 'would be tried again',
  'dead-letter': 'would be a dead letter',
  halt: 'would halt the pipeline',
} as const;

interface Request {
  readonly kind: string;
  readonly purpose: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly statement?: string;
  readonly parameters?: unknown;
}

function requestLines(request: Request): readonly string[] {
  const what = request.kind === 'http' ? `${request.method} ${request.url}` : `SQL ${(request.statement ?? '').trim()}`;
  if (request.purpose !== 'writes')
    return [`  ${verbs[request.purpose] ?? request.purpose} ${what.replaceAll(/\s+/g, ' ')}`];
  if (request.kind !== 'http')
    return [`  would send ${indented(what, 4).trim()}`, '    with', json(request.parameters)];
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `    ${name}: ${value}`);
  return [`  would send ${what}`, ...headers, ...(request.body === null ? [] : [json(request.body)])];
}

const verbs: Readonly<Record<string, string>> = { reads: 'would ask', housekeeping: 'would now and then do' };

const recordLine = ({ topic, key, id }: ShownRecord): string =>
  `${topic}${key === null ? '' : ` ${key}`}${id === null ? '' : ` (${id})`}`;
const note = (text: string): string => `  note: ${text}`;
const json = (value: unknown): string => indented(JSON.stringify(value, null, 2), 4);
const indented = (text: string, by: number): string => text.replaceAll(/^/gm, ' '.repeat(by));
