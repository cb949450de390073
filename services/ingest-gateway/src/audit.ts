import { topics } from '@millrace/contracts';
import { eventId, identityHeaders } from '@millrace/messaging';
import { refusal } from '@millrace/operator-api';
import { type AuditEntry, auditRecord } from '@millrace/operator-api/server';
import { type Logger, names } from '@millrace/service';
import type { Outlet } from './outlet.ts';

/** Records what an operator is about to be shown; what was not recorded is not shown. */
export function createAudit(options: {
  readonly outlet: Outlet;
  readonly logger: Logger;
  readonly now: () => number;
  readonly freshId: () => string;
}): (entry: AuditEntry) => Promise<void> {
  const { outlet, logger, now, freshId } = options;
  const { opsAudit } = topics;
  return async (entry) => {
    const { action, actor, target } = entry;
    const at = now();
    const id = eventId(['audit', freshId()]);
    const headers = identityHeaders({
      ...{ id, source: 'ingest-gateway', type: opsAudit.type, time: new Date(at).toISOString() },
      ...{ correlationid: id, causationid: null, generation: 0, traceparent: null },
    });
    try {
      await outlet.send({ topic: opsAudit, key: target, headers, value: auditRecord(entry, at) });
    } catch (error) {
      logger.error({ err: error, action, target }, names.logs.replay.auditFailed);
      throw refusal('X_AUDIT_UNAVAILABLE', 503, { cause: error });
    }
    logger.info({ action, actor, target }, names.logs.replay.audited);
  };
}
