import type { RecordView } from '@millrace/operator-api';
import { escapedLine } from '@millrace/text';
import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { type Printer, shortTime, table } from '../printer.ts';

/** `millrace topics ls|offsets|peek`. */
export function addVerbs(program: Command, { api }: Context): void {
  const topics = program.command('topics').description('what stands in Kafka');
  verb(topics, 'ls', { does: 'every topic, with how much it holds', example: 'millrace topics ls' }).action(
    run(async (print: Printer) => {
      const found = await api.topics.list();
      print.result(found, (rows) =>
        table(
          ['topic', 'partitions', 'records', 'cleanup', 'keeps'],
          rows.map((row) => [row.topic, row.partitions, row.records, row.cleanup, keeps(row.retentionMs)]),
        ),
      );
      return undefined;
    }),
  );
  verb(topics, 'offsets <topic>', {
    does: 'where each partition begins and ends, as `pipelines seek` takes it',
    example: 'millrace topics offsets tickets.received.v1',
  }).action(
    run(async (print: Printer, topic: string) => {
      print.result(await api.topics.offsets({ topic }), (rows) =>
        table(
          ['partition', 'earliest', 'latest'],
          rows.map(({ partition, earliest, latest }) => [partition, earliest, latest]),
        ),
      );
      return undefined;
    }),
  );
  verb(topics, 'peek <topic>', {
    does: 'the newest records of a topic, decoded',
    example: 'millrace topics peek ops.audit --limit 20',
  })
    .option('--limit <n>', 'at most so many', '5')
    .option('--partition <n>', 'only of this partition')
    .option('--key <key>', 'only with this key')
    .action(
      run(async (print: Printer, topic: string, query: { limit: string; partition?: string; key?: string }) => {
        const { limit, partition, key } = query;
        const found = await api.topics.peek({ topic, limit, partition, key });
        print.result(found, (records) => (records.length === 0 ? 'nothing' : records.map(showRecord).join('\n\n')));
        return undefined;
      }),
    );
}

const keeps = (retentionMs: number | null): string =>
  retentionMs === null ? 'for ever' : `${Math.round(retentionMs / 3_600_000)} h`;

const showRecord = ({ topic, partition, offset, at, key, value, undecodable }: RecordView): string => {
  const place = `${topic}/${partition}/${offset}  ${shortTime(at)}  ${key === null ? 'no key' : escapedLine(key)}`;
  return `${place}\n${undecodable === undefined ? JSON.stringify(value, null, 2) : `${undecodable.message} (${undecodable.code})\n${undecodable.hex}`}`;
};
