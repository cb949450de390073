import { isCodedError } from '@millrace/messaging';
import type { Check, Examination, Finding } from './finding.ts';

export interface ExamineOptions {
  readonly checks: readonly Check[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether what checks stand on answers at all; asked first. */
  readonly answers: Readonly<Partial<Record<Exclude<Check['needs'], 'nothing'>, () => Promise<boolean>>>>;
}

const names = { kafka: 'Kafka', postgres: 'Postgres', registry: 'the schema registry' } as const;

/** Makes every check. One that fails is a finding itself, and says nothing about the others. */
export async function examine({ checks, now, answers }: ExamineOptions, signal: AbortSignal): Promise<Examination> {
  const away = new Set<string>();
  const silences = await Promise.all(
    (Object.keys(answers) as (keyof typeof answers)[]).map(async (name): Promise<readonly Finding[]> => {
      if (await answers[name]?.().catch(() => false)) return [];
      away.add(name);
      return [
        {
          check: name,
          severity: 'error',
          where: name,
          what: `${names[name]} does not answer; what depends on it was not checked`,
          mend: `start ${names[name]}, or mend the way to it: everything goes on by itself once it answers`,
        },
      ];
    }),
  );
  const possible = checks.filter(({ needs }) => !away.has(needs));
  const found = await Promise.all(possible.map((check) => tried(check, signal)));
  return {
    at: new Date(now()).toISOString(),
    checked: [...Object.keys(answers), ...possible.map(({ name }) => name)],
    findings: [...silences.flat(), ...found.flat()].toSorted((one, other) => rank(one) - rank(other)),
  };
}

const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);

async function tried(check: Check, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return await check.find(signal);
  } catch (error) {
    const code = isCodedError(error) ? ` (${error.code})` : '';
    const what = `could not be checked: ${Error.isError(error) ? error.message : String(error)}${code}`;
    return [{ check: check.name, severity: 'error', where: check.name, what, mend: 'mend what the message says' }];
  }
}
