import type { AnswerOf, OperatorEndpoints } from '@millrace/operator-api';
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError, exitCodes } from '../cli-error.ts';
import { type Context, run, verb } from '../context.ts';
import { type Printer, table } from '../printer.ts';

type Examination = AnswerOf<OperatorEndpoints['doctor']['examine']>;
type Finding = Examination['findings'][number];

/** `millrace doctor`: what is wrong with the installation, and what mends it. */
export function addVerbs(program: Command, context: Context): void {
  verb(program, 'doctor', {
    does: 'what is wrong with the installation and what mends it; changes nothing',
    example: 'millrace doctor',
  }).action(
    run(async (print: Printer) => {
      const examination = await examineAll(context);
      print.result(examination, showExamination);
      return examination.findings.length === 0 ? undefined : exitCodes.error;
    }),
  );
}

/** What dlq-replayer finds, and what the services that this machine knows say of themselves. */
async function examineAll(context: Context): Promise<Examination> {
  const { api, installation, now, signal } = context;
  const { services, adminUrl } = installation();
  const [own, said] = await Promise.all([
    api.doctor.examine().catch((error: unknown): Examination => {
      // Then its /readyz is a finding, if anybody knows its address; without one nothing can be said at all.
      const isSilent = error instanceof CliError && error.code === 'X_CLI_UNREACHABLE';
      if (!isSilent || Object.keys(services).length === 0) throw error;
      return { at: new Date(now()).toISOString(), checked: [], findings: [] };
    }),
    Promise.all(
      Object.entries(services).map(([name, url]) =>
        // The gateway's own port is the public one, and says only whether it is ready.
        readinessFindings(name, name === 'ingest-gateway' ? (adminUrl ?? url) : url, signal),
      ),
    ),
  ]);
  const halted = new Set(own.findings.filter(({ check }) => check === 'pipelines').map(({ where }) => where));
  return {
    ...own,
    checked: [...own.checked, ...(Object.keys(services).length === 0 ? [] : ['services'])],
    findings: [...own.findings, ...said.flat().filter(({ where }) => !halted.has(where.split(': ').at(-1) ?? ''))],
  };
}

const report = z.object({
  ready: z.boolean(),
  phase: z.string().default('not ready'),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), reason: z.string().optional() })).default({}),
});

const answerMs = 5_000;

async function readinessFindings(service: string, url: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = (where: string, what: string): Finding => ({
    check: 'services',
    severity: 'error',
    where,
    what,
    mend: `see the log of ${service}`,
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const answer = await fetch(new URL('/readyz', url), { signal: limit })
    .then((response) => response.json())
    .catch(() => null);
  signal.throwIfAborted();
  const parsed = report.safeParse(answer);
  if (!parsed.success) return [found(service, `does not answer at ${url}`)];
  const { ready, phase, checks } = parsed.data;
  if (ready) return [];
  const failing = Object.entries(checks).filter(([, { ok }]) => !ok);
  if (failing.length === 0) return [found(service, `is ${phase}`)];
  return failing.map(([name, { reason }]) =>
    found(`${service}: ${name}`, `is not ready: ${reason ?? 'no reason given'}`),
  );
}

function showExamination({ checked, findings }: Examination): string {
  const made = `checked: ${checked.join(', ')}`;
  if (findings.length === 0) return `nothing is wrong\n${made}`;
  const rows = findings.map(({ severity, where, what, mend }) => [severity, where, what, mend]);
  return `${table(['severity', 'where', 'what', 'what mends it'], rows)}\n\n${made}`;
}
