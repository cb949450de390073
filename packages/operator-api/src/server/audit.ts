import type { OpsAudit } from '@millrace/contracts';
import type { Request } from 'express';
import type { Identity } from '../identity/identity.ts';
import type { Prepared } from './handlers.ts';

export interface AuditEntry {
  /** `dlq.redrive`, `pipelines.resume` … */
  readonly action: string;
  /** The id of the identity that acts. */
  readonly actor: string;
  readonly target: string;
  /** Never a secret, never a record. */
  readonly detail?: unknown;
}

/** The entry as `ops.audit` keeps it. */
export const auditRecord = ({ action, actor, target, detail }: AuditEntry, at: number): OpsAudit => ({
  ...{ action, actor, target, at },
  detail: detail === undefined ? null : JSON.stringify(detail),
});

/** Whom the caller says it acts for: a note of the caller's, and never who acts. */
function onBehalfOf(request: Request): { readonly onBehalfOf?: string } {
  const note = request
    .get('millrace-actor')
    ?.replaceAll(/[^\w.@+-]/g, '')
    .slice(0, 80);
  return note ? { onBehalfOf: note } : {};
}

export async function recordFirst(
  action: string,
  { target, detail }: Pick<Prepared<unknown>, 'target' | 'detail'>,
  context: {
    readonly identity: Identity;
    readonly request: Request;
    readonly audit: (entry: AuditEntry) => Promise<void>;
  },
): Promise<void> {
  const { identity, request, audit } = context;
  const told = {
    ...detail,
    ...(identity.name === identity.id ? {} : { name: identity.name }),
    ...onBehalfOf(request),
  };
  await audit({ action, actor: identity.id, target, ...(Object.keys(told).length === 0 ? {} : { detail: told }) });
}
