import type { SchemaAdmin, SchemaCheck } from '@millrace/kafka';
import type { Finding } from './finding.ts';

/** A registry that just started answers slowly; few at a time. */
const atOnce = 4;

/** Asks the registry about every schema of this version. */
export async function checkSchemas(
  admin: Pick<SchemaAdmin, 'check'>,
  schemas: readonly { readonly subject: string; readonly schema: object }[],
): Promise<readonly Finding[]> {
  const waiting = [...schemas];
  const findings: Finding[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      findings.push(...schemaFindings(await admin.check(next.subject, next.schema)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return findings.toSorted((one, other) => one.where.localeCompare(other.where));
}

/** What one subject's check means. Pure. */
export function schemaFindings({ subject, state, problems }: SchemaCheck): readonly Finding[] {
  const found = (severity: Finding['severity'], what: string, mend: string): readonly Finding[] => [
    { check: 'schemas', severity, where: subject, what, mend },
  ];
  const register = 'millrace schemas register --start';
  switch (state) {
    case 'registered':
      return [];
    case 'new':
      return found('error', 'is not registered: whoever writes it waits', register);
    case 'compatible':
      return found('error', 'this version’s schema is not registered: whoever writes it waits', register);
    case 'incompatible': {
      const reasons = problems.map(({ version, reason }) =>
        version === null ? reason : `version ${version}: ${reason}`,
      );
      return found(
        'error',
        `what is registered cannot be read with this version’s schema (${reasons.join('; ')})`,
        'run the version that wrote it, or make the change additive; see schemas/README.md',
      );
    }
  }
}
