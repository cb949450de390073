import { type AnswerOf, deadLetterStatuses, type JobView, type OperatorEndpoints } from '@millrace/operator-api';
import { cut } from '@millrace/text';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../cli-error.ts';
import { type Context, offering, run, verb } from '../context.ts';
import { countsOf, followJob } from '../follow-job.ts';
import { perSecond } from '../per-second.ts';
import { facts, type Printer, shortTime, table } from '../printer.ts';

interface FilterOptions {
  readonly group?: string;
  readonly fingerprint?: string;
  readonly since?: string;
  readonly status?: string;
  readonly all?: boolean;
}

interface RedriveOptions extends FilterOptions {
  readonly rate?: string;
  readonly reason?: string;
  readonly force?: boolean;
  readonly start?: boolean;
  readonly wait?: boolean;
  readonly timeout: string;
}

/** `millrace dlq …`: what failed, why, and sending it back to the subscriber that failed. */
export function addVerbs(program: Command, context: Context): void {
  const { api } = context;
  const dlq = program.command('dlq').description('dead letters: see, group, redrive');
  const filtered = (command: Command): Command =>
    command
      .option('--group <group>', 'only of this consumer group')
      .option('--fingerprint <fingerprint>', 'only of this cause; its first characters are enough')
      .option('--since <time>', 'only what failed since: 2h, 30m, 7d, or an ISO time');

  filtered(
    verb(dlq, 'groups', {
      does: 'failures by cause, the most frequent first',
      example: 'millrace dlq groups --since 2h',
    }),
  )
    .addOption(offering(new Option('--status <states>', 'of these states, comma-separated'), deadLetterStatuses))
    .option('--all', 'also what is resolved')
    .action(
      run(async (print: Printer, options: FilterOptions) => {
        const found = await api.dlq.groups(queryOf(options));
        print.result(found, (groups) =>
          table(
            ['group', 'fingerprint', 'count', 'code', 'last seen', 'message'],
            groups.map((one) => [
              one.group,
              one.fingerprint,
              one.count,
              one.code,
              shortTime(one.lastSeen),
              cut(one.message, 70, { mark: '…' }),
            ]),
          ),
        );
        return undefined;
      }),
    );

  filtered(
    verb(dlq, 'ls', {
      does: 'dead letters, the newest first',
      example: 'millrace dlq ls --group sink-writers.tickets.urgent --limit 20',
    }),
  )
    .addOption(offering(new Option('--status <states>', 'of these states, comma-separated'), deadLetterStatuses))
    .option('--all', 'also what is resolved')
    .option('--limit <n>', 'at most so many', '50')
    .action(
      run(async (print: Printer, options: FilterOptions & { limit: string }) => {
        const { items } = await api.dlq.list({ ...queryOf(options), limit: options.limit });
        print.result(items, (rows) =>
          table(
            ['id', 'group', 'status', 'code', 'key', 'failed', 'redrives'],
            rows.map((row) => [
              row.id,
              row.group,
              row.status,
              row.code,
              row.key,
              shortTime(row.failedAt),
              row.redrives,
            ]),
          ),
        );
        return undefined;
      }),
    );

  verb(dlq, 'show <id>', {
    does: 'one dead letter: facts, headers and decoded value',
    example: 'millrace dlq show 0190f3c2-7f3e-5d6c-9a57-0d6d6f8b8f10',
  }).action(
    run(async (print: Printer, id: string) => {
      const found = await api.dlq.show({ id });
      print.result(found, showDeadLetter);
      return undefined;
    }),
  );

  filtered(
    verb(dlq, 'redrive [ids...]', {
      does: 'send dead letters back to their own group; prints the plan, --start runs it',
      example: [
        'millrace dlq redrive --group sink-writers.tickets.urgent --since 2h',
        'millrace dlq redrive --group enricher.issues --start --wait',
      ],
    }),
  )
    .option('--rate <n>', 'records per second, such as 50 or 50/s')
    .option('--reason <text>', 'why, for the audit')
    .option('--force', 'also what is resolved, parked or on its way')
    .option('--start', 'run the plan')
    .option('--wait', 'wait until the group has answered for every record sent')
    .option('--timeout <seconds>', 'how long to wait', '900')
    .action(
      run((print: Printer, ids: readonly string[], options: RedriveOptions) => redrive(context, print, ids, options)),
    );

  verb(dlq, 'start <job>', {
    does: 'run a plan that was made before',
    example: 'millrace dlq start 0190f3c2-7f3e-7d6c-9a57-0d6d6f8b8f10 --wait',
  })
    .option('--wait', 'wait until the group has answered for every record sent')
    .option('--timeout <seconds>', 'how long to wait', '900')
    .action(
      run(async (print: Printer, job: string, options: RedriveOptions) => {
        await api.jobs.start({ job });
        return followJob(context, print, { id: job, ...options });
      }),
    );

  verb(dlq, 'jobs', { does: 'redrives, the newest first', example: 'millrace dlq jobs' }).action(
    run(async (print: Printer) => {
      const jobs = await api.jobs.list();
      print.result(jobs, (rows) =>
        table(
          ['job', 'state', 'group', 'planned', 'sent', 'resolved', 'failed again', 'by', 'made'],
          rows.map((row) => [
            row.job,
            row.state,
            row.group,
            row.planned,
            row.sent,
            row.resolved,
            row.failedAgain,
            row.actor,
            shortTime(row.createdAt),
          ]),
        ),
      );
      return undefined;
    }),
  );

  verb(dlq, 'discard <ids...>', {
    does: 'give dead letters up; prints what would be, --start does it',
    example: "millrace dlq discard 0190f3c2-7f3e-5d6c-9a57-0d6d6f8b8f10 --reason 'a test of ours' --start",
  })
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--start', 'do it')
    .action(
      run(async (print: Printer, ids: readonly string[], options: { reason: string; start?: boolean }) => {
        if (options.start !== true) {
          print.result(
            { discarded: 0, planned: ids.length },
            ({ planned }) => `would discard ${planned}; --start does it`,
          );
          return undefined;
        }
        const done = await api.dlq.discard({ ids, reason: options.reason });
        print.result(done, showDiscarded);
        return undefined;
      }),
    );

  verb(dlq, 'reindex', {
    does: 'build the index again from Kafka; prints what would be, --start does it',
    example: 'millrace dlq reindex --start',
  })
    .option('--start', 'do it')
    .action(
      run(async (print: Printer, options: { start?: boolean }) => {
        if (options.start !== true) {
          print.result({ read: 0 }, () => 'would empty the index and read every dead letter again; --start does it');
          return undefined;
        }
        const done = await api.dlq.reindex();
        print.result(done, ({ read }) => `read ${read} dead letters`);
        return undefined;
      }),
    );
}

async function redrive(
  context: Context,
  print: Printer,
  ids: readonly string[],
  options: RedriveOptions,
): Promise<ExitCode | undefined> {
  const { group, fingerprint, since, reason, force } = options;
  const plan = await context.api.dlq.redrive({
    ...{ group, fingerprint, since, reason, force },
    ids: ids.length === 0 ? undefined : ids,
    ratePerSecond: options.rate === undefined ? undefined : perSecond(options.rate, '--rate'),
  });
  if (options.start !== true || plan.left === 0) {
    print.result(plan, showPlan);
    if (plan.left === 0) return exitCodes.planEmpty;
    return plan.needsApproval ? exitCodes.needsApproval : undefined;
  }
  await context.api.jobs.start({ job: plan.job });
  return followJob(context, print, { id: plan.job, ...options });
}

const queryOf = ({ group, fingerprint, since, status, all }: FilterOptions) => ({
  group,
  fingerprint,
  since,
  status,
  all,
});

type Answers = { readonly [V in keyof OperatorEndpoints['dlq']]: AnswerOf<OperatorEndpoints['dlq'][V]> };

const showDiscarded = ({ discarded, skipped, jobs = [] }: Answers['discard']): string =>
  [
    `discarded ${discarded}, left ${skipped} as they are`,
    ...jobs.map(
      ({ job, group, planned }) => `${planned} of them stood in front of held records of ${group}: job ${job}`,
    ),
  ].join('\n');

const showPlan = (plan: JobView): string =>
  `${facts([
    ['job', plan.job],
    ['to', `${plan.lane}: read by ${plan.group} and nobody else`],
    ['planned', plan.planned],
    ['would send', plan.left],
    ['skipped', countsOf(plan.skipped)],
    ['follow', plan.followers === 0 ? '' : `${plan.followers} held behind them, by themselves and in order`],
    ['by cause', countsOf(plan.byFingerprint)],
    ['rate', `${plan.ratePerSecond}/s`],
    ['approval', plan.needsApproval ? 'an approver has to start it' : ''],
  ])}\n${plan.left === 0 ? 'nothing to send' : `--start on this command, or: millrace dlq start ${plan.job}`}`;

const showDeadLetter = ({ record, ...row }: Answers['show']): string => {
  const parts = [
    facts([
      ['id', row.id],
      ['group', row.group],
      ['status', row.status],
      ['code', `${row.code} (${row.errorClass}, in the step ${row.step})`],
      ['message', row.message],
      ['attempts', `${row.attempts}, redriven ${row.redrives} times`],
      ['failed', `${shortTime(row.failedAt)}, first ${shortTime(row.firstFailedAt)}`],
      ['key', row.key],
      ['held', row.hold === null ? null : `place ${row.heldAt} of the line ${row.hold}`],
      ['event', row.eventId],
      ['trace', row.correlationId],
      ['came from', `${row.origin.topic} partition ${row.origin.partition} offset ${row.origin.offset}`],
      ['stands at', `${row.position.topic} partition ${row.position.partition} offset ${row.position.offset}`],
    ]),
  ];
  if (record === null) parts.push('the record itself has expired');
  else {
    parts.push(facts(record.headers.map(({ name, value }) => [name, value ?? 'null'])));
    parts.push(
      record.undecodable === undefined
        ? JSON.stringify(record.value, null, 2)
        : `${record.undecodable.message} (${record.undecodable.code})\n${record.undecodable.hex}`,
    );
  }
  return parts.join('\n\n');
};
