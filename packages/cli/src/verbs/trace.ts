import type { AnswerOf, OperatorEndpoints } from '@millrace/operator-api';
import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { type Printer, table } from '../printer.ts';

/** `millrace trace <id>`: the record's whole way, each hop with time and outcome. */
export function addVerbs(program: Command, context: Context): void {
  verb(program, 'trace <id>', {
    does: 'the whole way of one record, from where it came in to where it went',
    example: 'millrace trace github:1001',
  }).action(
    run(async (print: Printer, id: string) => {
      const trace = await context.api.trace.show({ id });
      print.result(trace, showTrace);
      return undefined;
    }),
  );
}

function showTrace({ hops, complete }: AnswerOf<OperatorEndpoints['trace']['show']>): string {
  const start = Date.parse(hops[0]?.at ?? '');
  const rows = hops.map((hop) => [
    hop.at,
    `+${Date.parse(hop.at) - start} ms`,
    hop.service,
    `${hop.topic}/${hop.partition}/${hop.offset}`,
    [hop.outcome, hop.code].filter(Boolean).join(' '),
    [hop.group, hop.detail].filter(Boolean).join(' '),
  ]);
  const drawn = table(['at', '', 'service', 'where', 'outcome', ''], rows);
  return complete ? drawn : `${drawn}\nnot everything could be read in time`;
}
