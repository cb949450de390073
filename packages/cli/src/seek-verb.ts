import type { SeekView } from '@millrace/operator-api';
import { type Command, Option } from 'commander';
import { CliError, exitCodes } from './cli-error.ts';
import { type Context, offering, run, verb } from './context.ts';
import { type Printer, table } from './printer.ts';

interface SeekOptions {
  readonly to?: string;
  readonly topic?: string;
  readonly partition?: string;
  readonly offset?: string;
  readonly position?: readonly string[];
  readonly skip?: boolean;
  readonly start?: boolean;
}

/** `millrace pipelines seek`: where a halted pipeline goes on. */
export function addSeek(pipelines: Command, { api }: Context): void {
  verb(pipelines, 'seek <group>', {
    does: 'say where a halted pipeline goes on when it is resumed; prints the plan, --start does it',
    example: [
      'millrace pipelines seek sink-writers.tickets.urgent --to 2026-11-22T10:00:00Z',
      'millrace pipelines seek sink-writers.tickets.urgent --topic tickets.classified.v1 --partition 2 --offset 1200 --start',
      'millrace pipelines seek sink-writers.tickets.urgent --to latest --skip --start',
    ],
  })
    .addOption(offering(new Option('--to <place>', 'or an ISO time, or how long ago: 2h'), ['earliest', 'latest']))
    .option('--topic <topic>', 'only in this one; in all that the pipeline reads of others when absent')
    .option('--partition <n>', 'only in this one')
    .option('--offset <n>', 'the next offset to read, with --topic and --partition')
    .option('--position <topic/partition/offset...>', 'the next offset to read, of as many partitions as are named')
    .option('--skip', 'also where records are passed over that were not done: they never will be')
    .option('--start', 'do it')
    .action(
      run(async (print: Printer, group: string, options: SeekOptions) => {
        const { start = false, skip = false } = options;
        const answer = await api.pipelines.seek({ group, ...placeOf(options), start, skip });
        print.result(answer, showSeek);
        return answer.partitions.length === 0 ? exitCodes.planEmpty : undefined;
      }),
    );
}

function placeOf({ to, topic, partition, offset, position = [] }: SeekOptions) {
  const positions = position.map(positionFrom);
  if (offset !== undefined) {
    if (topic === undefined || partition === undefined) throw usage('--offset needs --topic and --partition');
    positions.push({ topic, partition: whole(partition, '--partition'), offset: whole(offset, '--offset') });
  }
  if ((to === undefined) === (positions.length === 0))
    throw usage('say where to go on: either --to, or offsets by --offset or --position');
  if (to === undefined) return { positions };
  return { to, topic, partition: partition === undefined ? undefined : whole(partition, '--partition') };
}

function positionFrom(text: string) {
  const [, topic, partition, offset] = /^([^/]+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? [];
  if (topic === undefined) throw usage(`--position is topic/partition/offset, not ${text}`);
  return { topic, partition: Number(partition), offset: Number(offset) };
}

function whole(text: string, option: string): number {
  if (!/^\d{1,15}$/.test(text)) throw usage(`${option} is a whole number, not ${text}`);
  return Number(text);
}

const usage = (message: string): CliError => new CliError('X_CLI_USAGE', message, exitCodes.usage);

function showSeek({ group, started, blocked, partitions, again, skipped, gone }: SeekView): string {
  if (partitions.length === 0) return `${group} stands there already`;
  const lines = [
    table(
      ['partition', 'from', 'to', 'read again', 'passed over undone', 'deleted unread'],
      partitions.map((one) => [
        `${one.topic}/${one.partition}`,
        one.from ?? 'none',
        one.to,
        one.again,
        one.skipped,
        one.gone,
      ]),
    ),
    ...(again > 0 ? [`${again} records are read again; what has its effect is not done a second time`] : []),
    ...(gone > 0 ? [`${gone} records were deleted before they were read: nothing here brings them back`] : []),
    ...(skipped > 0 ? [`${skipped} records are passed over and will never be done`] : []),
  ];
  if (started) return [...lines, `set; it goes on there with: millrace pipelines resume ${group}`].join('\n');
  const how = blocked ?? `${skipped > 0 ? '--skip --start does it' : '--start does it'}`;
  return [...lines, how].join('\n');
}
