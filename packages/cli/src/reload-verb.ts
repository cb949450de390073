import type { OperatorClient } from '@millrace/operator-api/client';
import type { Command } from 'commander';
import { exitCodes } from './cli-error.ts';
import { type Context, run, verb } from './context.ts';
import { type Printer, shortTime, table } from './printer.ts';

type Processes = Awaited<ReturnType<OperatorClient['flows']['status']>>['processes'];

/** `millrace flows status|reload`: which flows run where, and the way to others without a restart. */
export function addReload(flows: Command, { api }: Context): void {
  verb(flows, 'status', {
    does: 'the announced version of the flows, and the one that each process runs',
    example: 'millrace flows status',
  }).action(
    run(async (print: Printer) => {
      const found = await api.flows.status();
      print.result(
        found,
        ({ announced, processes }) =>
          `${announced === null ? 'nothing announced: each runs what it was started with' : `announced: ${announced}`}\n${processTable(processes)}`,
      );
      return undefined;
    }),
  );
  verb(flows, 'reload', {
    does: 'check the flow files of the installation and have every process take them, where it can without a restart',
    example: 'millrace flows reload --plan',
  })
    .option('--plan', 'only say what is different')
    .option('--start', 'do it (the default)')
    .action(
      run(async (print: Printer, { plan = false }: { plan?: boolean }) => {
        const done = await api.flows.reload({ plan });
        print.result(done, ({ digest, changes, announced, processes }) =>
          [
            ...(changes.length === 0 ? ['nothing is different'] : changes),
            announced ? `announced: ${digest}` : `would announce ${digest}`,
            processTable(processes),
            ...(announced ? processes.flatMap(notes) : []),
          ].join('\n'),
        );
        return done.announced && done.processes.some((one) => !hasTaken(one, done.digest))
          ? exitCodes.withFailures
          : undefined;
      }),
    );
}

const hasTaken = ({ state, digest }: Processes[number], wanted: string): boolean =>
  state === 'running' && digest === wanted;

const notes = ({ process, state, reasons }: Processes[number]): readonly string[] =>
  state === 'restart' ? reasons.map((reason) => `restart needed: ${process}: ${reason}`) : [];

const processTable = (processes: Processes): string =>
  table(
    ['process', 'state', 'version', 'since', 'why'],
    processes.map(({ process, state, digest, at, reasons }) => [
      process,
      state,
      digest,
      shortTime(at),
      reasons.join('; '),
    ]),
  );
