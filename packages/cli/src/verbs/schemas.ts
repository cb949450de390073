import type { Topics } from '@millrace/contracts';
import type { SchemaAdmin, SchemaCheck } from '@millrace/kafka';
import { loadSettings } from '@millrace/service';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../cli-error.ts';
import { type Context, run, verb } from '../context.ts';
import { type Printer, table } from '../printer.ts';

/** `millrace schemas check|register`: the schemas of this checkout against the registry. */
export function addVerbs(program: Command, context: Context): void {
  const schemas = program.command('schemas').description('the schemas of this checkout against the registry');
  verb(schemas, 'check', {
    does: 'whether what is registered can be read with these schemas; changes nothing',
    example: 'millrace schemas check',
  }).action(
    run(async (print: Printer) => {
      const checks = await checkAll(await connect(context));
      print.result(checks, showChecks);
      return exitOf(checks);
    }),
  );
  verb(schemas, 'register', {
    does: 'register what is new after checking everything; prints what would be, --start does it',
    example: 'millrace schemas register --start',
  })
    .option('--start', 'do it')
    .action(
      run(async (print: Printer, { start }: { start?: boolean }) => {
        const admin = await connect(context);
        const checks = await checkAll(admin);
        if (start !== true || exitOf(checks) !== undefined) {
          print.result(checks, showChecks);
          return exitOf(checks);
        }
        const registered = [];
        for (const { subject, schema } of await schemasHere()) registered.push(await admin.register(subject, schema));
        print.result(registered, (all) =>
          table(
            ['subject', 'id', ''],
            all.map(({ subject, id, isNew }) => [subject, id, isNew ? 'new' : 'as before']),
          ),
        );
        return undefined;
      }),
    );
}

async function connect({ env, installation }: Context): Promise<SchemaAdmin> {
  const url = env['MILLRACE_REGISTRY_URL'] ?? installation().registryUrl;
  if (url === undefined)
    throw new CliError('X_CLI_NO_INSTALLATION', 'the schema registry is not known: set MILLRACE_REGISTRY_URL');
  const { connectSchemaAdmin, kafkaSettings, registryAddress } = await import('@millrace/kafka');
  const { registryUrl, registryUsername, registryPassword, registryCaFile } = kafkaSettings;
  const declared = { registryUrl, registryUsername, registryPassword, registryCaFile };
  return connectSchemaAdmin(registryAddress(loadSettings(declared, { ...env, MILLRACE_REGISTRY_URL: url })));
}

async function checkAll(admin: SchemaAdmin): Promise<readonly SchemaCheck[]> {
  const checks = [];
  for (const { subject, schema } of await schemasHere()) checks.push(await admin.check(subject, schema));
  return checks;
}

// Loaded here: the other verbs start without the codecs.
async function schemasHere(): Promise<readonly Topics[keyof Topics][]> {
  const { topics } = await import('@millrace/contracts');
  return Object.values(topics);
}

const exitOf = (checks: readonly SchemaCheck[]): ExitCode | undefined =>
  checks.some(({ state }) => state === 'incompatible') ? exitCodes.refused : undefined;

const showChecks = (checks: readonly SchemaCheck[]): string =>
  table(
    ['subject', 'state', 'why'],
    checks.map(({ subject, state, problems }) => [
      subject,
      state,
      problems.map(({ version, reason }) => (version === null ? reason : `version ${version}: ${reason}`)).join('; '),
    ]),
  );
