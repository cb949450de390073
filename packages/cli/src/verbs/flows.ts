import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.ts';
import { type Context, run, verb } from '../context.ts';
import { addDryRun } from '../dry-run-verb.ts';
import { loadFlowFiles } from '../load-flow-files.ts';
import type { Printer } from '../printer.ts';
import { addReload } from '../reload-verb.ts';

const defaultFlows = 'infra/flows';

/** `millrace flows check|map|dry-run` work on files and need nothing running; `status|reload` ask an installation. */
export function addVerbs(program: Command, context: Context): void {
  const { cwd, env, root } = context;
  const flows = program.command('flows').description('the flow files: check, draw, try out, reload');
  const folderOf = (path: string | undefined): string =>
    path === undefined ? resolve(root, defaultFlows) : resolve(cwd, path);

  verb(flows, 'check [path]', {
    does: 'every problem of the flow files, with its place, and what may surprise',
    example: 'millrace flows check infra/flows',
  }).action(
    run(async (print: Printer, path: string | undefined) => {
      const loaded = await loadFlowFiles(folderOf(path), env['MILLRACE_PACKS']);
      const summary = {
        valid: true,
        sources: Object.keys(loaded.flows.sources),
        flows: Object.keys(loaded.flows.flows),
        groups: loaded.flows.groups(),
        warnings: loaded.warnings,
      };
      print.result(summary, ({ sources, flows: entities, groups, warnings }) =>
        [
          `valid: ${sources.length} sources, flows ${entities.join(', ')}, ${groups.length} consumer groups`,
          ...warnings.map((warning) => `warning: ${loaded.describe(warning)}`),
        ].join('\n'),
      );
      return undefined;
    }),
  );
  verb(flows, 'map [path]', {
    does: 'the flows as Mermaid text; with --out a drawing, or a page on every flow',
    example: 'millrace flows map --out flows.svg',
  })
    .option(
      '--out <file>',
      'write a drawing (.svg), or origin, trigger, transformation and destination of every flow (.md)',
    )
    .option('--svg <file>', 'the same as --out with a name that ends in .svg')
    .action(
      run(async (print: Printer, path: string | undefined, { out, svg }: { out?: string; svg?: string }) => {
        const { flows: loaded, sources } = await loadFlowFiles(folderOf(path), env['MILLRACE_PACKS']);
        const normalises = (connector: string) => sources[connector]?.normalises;
        const { flowMap, mermaidOf, svgOf } = await import('@millrace/flows/map');
        const map = flowMap(loaded, normalises);
        const drawn = svg ?? (out?.endsWith('.svg') === true ? out : undefined);
        if (drawn !== undefined) await writeFile(resolve(cwd, drawn), await svgOf(map));
        if (out !== undefined && out !== drawn) {
          if (!out.endsWith('.md'))
            throw new CliError(
              'X_CLI_USAGE',
              `--out takes a name that ends in .md or .svg, not ${out}`,
              exitCodes.usage,
            );
          const { documentationOf } = await import('@millrace/flows/documentation');
          await writeFile(resolve(cwd, out), documentationOf(loaded, normalises));
        }
        const written = [drawn, out].filter((file) => file !== undefined);
        const answer = {
          mermaid: mermaidOf(map),
          ...(drawn === undefined ? {} : { svg: drawn }),
          ...(out === undefined ? {} : { out }),
        };
        print.result(answer, ({ mermaid }) =>
          written.length === 0 ? mermaid : `wrote ${[...new Set(written)].join(' and ')}`,
        );
        return undefined;
      }),
    );
  addDryRun(flows, folderOf, context);
  addReload(flows, context);
}
