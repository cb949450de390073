import { topics } from '@millrace/contracts';
import { refusal } from '@millrace/operator-api';
import { type AuditEntry, auditRecord } from '@millrace/operator-api/server';
import { type Logger, names } from '@millrace/service';
import type { Publisher } from './publisher.ts';

/** An operator waits for an answer; what was not recorded by then does not happen. */
const recordMs = 5_000;

/** Records an action durably; only then may it happen. Refuses with 503 when it cannot be recorded. */
export type Audit = (entry: AuditEntry) => Promise<void>;

export function createAudit(options: {
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly now: () => number;
}): Audit {
  const { publisher, logger, now } = options;
  return async (entry) => {
    const { action, actor, target } = entry;
    try {
      await publisher.publish(topics.opsAudit, target, auditRecord(entry, now()), AbortSignal.timeout(recordMs));
    } catch (error) {
      logger.error({ err: error, action, target }, names.logs.replay.auditFailed);
      throw refusal('X_AUDIT_UNAVAILABLE', 503, { cause: error });
    }
    logger.info({ action, actor, target }, names.logs.replay.audited);
  };
}
