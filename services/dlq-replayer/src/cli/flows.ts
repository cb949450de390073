import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FlowProblem } from '@millrace/flows';
import { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { type Context, run, verb } from './context.ts';
import type { Printer } from './printer.ts';

const defaultFlows = 'infra/flows';

/** `millrace flows check|map`: works on files, needs nothing running. */
export function flowsCommand({ cwd, env, root }: Context): Command {
  const flows = new Command('flows').description('the flow files: check, draw');
  const folderOf = (path: string | undefined): string =>
    path === undefined ? resolve(root, defaultFlows) : resolve(cwd, path);

  verb(flows, 'check [path]', 'every problem of the flow files, with its place, and what may surprise').action(
    run(async (print: Printer, path: string | undefined) => {
      const loaded = await load(folderOf(path), env['MILLRACE_PACKS']);
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
  verb(flows, 'map [path]', 'the flows as Mermaid text')
    .option('--svg <file>', 'also write a drawing')
    .action(
      run(async (print: Printer, path: string | undefined, { svg }: { svg?: string }) => {
        const { flows: loaded, sources } = await load(folderOf(path), env['MILLRACE_PACKS']);
        const { flowMap, mermaidOf, svgOf } = await import('@millrace/flows/map');
        const map = flowMap(loaded, (connector) => sources[connector]?.normalises);
        const text = mermaidOf(map);
        if (svg !== undefined) await writeFile(resolve(cwd, svg), await svgOf(map));
        print.result({ mermaid: text, ...(svg === undefined ? {} : { svg }) }, (drawn) => drawn.mermaid);
        return undefined;
      }),
    );
  return flows;
}

/** Knows every name that some service knows, so that what passes here starts there. */
async function load(path: string, packs: string | undefined) {
  // Only these verbs need the connectors: the others start without them.
  const [{ loadFlows, describeProblem, FlowError }, { sources }, { sinks }, { packsIn, shippedPacks, shippedTasks }] =
    await Promise.all([
      import('@millrace/flows'),
      import('@millrace/connectors/sources'),
      import('@millrace/connectors/sinks'),
      import('@millrace/models/shipped-packs'),
    ]);
  try {
    const known = { knownTasks: shippedTasks, knownPacks: packsIn(packs ?? shippedPacks) };
    const warnings: FlowProblem[] = [];
    const onWarning = (warning: FlowProblem) => void warnings.push(warning);
    const flows = loadFlows(path, { knownSources: sources, knownSinks: sinks, ...known }, { onWarning });
    return { flows, warnings, describe: describeProblem, sources };
  } catch (error) {
    if (error instanceof FlowError) throw new CliError(error.code, error.message);
    throw error;
  }
}
