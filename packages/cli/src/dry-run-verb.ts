import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError, exitCodes } from './cli-error.ts';
import { type Context, run, verb } from './context.ts';
import { dryRunText } from './dry-run-text.ts';
import { loadFlowFiles } from './load-flow-files.ts';
import type { Printer } from './printer.ts';

interface DryRunArguments {
  readonly input: string;
  readonly reference?: string;
  readonly source?: string;
  readonly entity?: string;
}

/** `millrace flows dry-run`: a sample through every stage, nothing sent, nothing running needed. */
export function addDryRun(
  flows: Command,
  folderOf: (path: string | undefined) => string,
  { cwd, env, root, now, signal }: Context,
): void {
  verb(flows, 'dry-run [path]', {
    does: 'what every stage would make of a sample, and what every sink would be sent; nothing is sent',
    example: 'millrace flows dry-run infra/flows --input sample.json',
  })
    .requiredOption('--input <file>', 'a webhook, a business event or a record, as JSON')
    .option('--reference <folder>', 'where `<table>.csv` are; `reference` beside the flow files when absent')
    .option('--source <name>', 'the input is what this source is sent: {"headers", "body"}, or the body alone')
    .option('--entity <name>', 'the input is a business event of this entity')
    .addHelpText('after', `\nA sample is one of:\n  ${samples.join('\n  ')}`)
    .action(
      run(async (print: Printer, path: string | undefined, given: DryRunArguments) => {
        const folder = folderOf(path);
        const { flows: loaded } = await loadFlowFiles(folder, env['MILLRACE_PACKS']);
        const [{ dryRun, loadDryRunServices, parseSample, readReferenceFolder }, { shippedPacks }] = await Promise.all([
          import('@millrace/dry-run'),
          import('@millrace/models/shipped-packs'),
        ]);
        const sample = parseSample(sampleOf(readJson(resolve(cwd, given.input)), given));
        const reference = referenceFolder(
          folder,
          given.reference === undefined ? undefined : resolve(cwd, given.reference),
        );
        const ports = {
          ...{ flows: loaded, environment: env, now },
          reference: reference === null ? new Map() : readReferenceFolder(reference, now()),
          packFolder: (pack: string) => join(env['MILLRACE_PACKS'] ?? shippedPacks, pack),
        };
        const report = await dryRun(sample, { ports, services: await loadDryRunServices(root) }, signal);
        print.result(report, dryRunText);
        return report.steps.some(({ outcome }) => outcome.kind === 'failed') ? exitCodes.withFailures : undefined;
      }),
    );
}

const samples = [
  '{ "source": "github", "headers": { … }, "body": { … } }      a webhook; "body" is JSON or text, "bodyBase64" is bytes',
  '{ "entity": "tickets", "event": { "id": "1", … } }            a business event',
  '{ "topic": "tickets.enriched.v1", "key": …, "value": { … } }  a record of a stage',
];

function referenceFolder(flows: string, stated: string | undefined): string | null {
  if (stated !== undefined) return stated;
  const beside = join(statSync(flows).isDirectory() ? flows : dirname(flows), 'reference');
  return existsSync(beside) ? beside : null;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('X_CLI_USAGE', `--input ${file}: ${(cause as { code?: string }).code}`, exitCodes.usage);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('X_CLI_USAGE', `--input ${file} is not JSON`, exitCodes.usage);
  }
}

/** What the options say of a file that does not say it itself. */
function sampleOf(content: unknown, { source, entity }: DryRunArguments): unknown {
  if (source !== undefined && entity !== undefined)
    throw new CliError('X_CLI_USAGE', '--source and --entity say two things of one sample', exitCodes.usage);
  const said = typeof content === 'object' && content !== null ? content : {};
  const has = (name: string): boolean => Object.hasOwn(said, name);
  if (source !== undefined) return has('body') || has('bodyBase64') ? { ...said, source } : { source, body: content };
  if (entity !== undefined) return has('event') ? { ...said, entity } : { entity, event: content };
  return content;
}
