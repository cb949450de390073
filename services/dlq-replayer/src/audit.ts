import { topics } from '@millrace/contracts';
import { type Logger, names } from '@millrace/service';
import { OperatorError } from './errors.ts';
import type { Publisher } from './publisher.ts';

export interface AuditEntry {
  /** `dlq.redrive`, `routes.resume` … */
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  /** Never a secret, never a record. */
  readonly detail?: unknown;
}

/** An operator waits for an answer; what was not recorded by then does not happen. */
const patienceMs = 5_000;

/** Records an action durably; only then may it happen. Refuses with 503 when it cannot be recorded. */
export type Audit = (entry: AuditEntry) => Promise<void>;

export function createAudit(options: {
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly now: () => number;
}): Audit {
  const { publisher, logger, now } = options;
  return async ({ action, actor, target, detail }) => {
    try {
      const entry = { action, actor, target, detail: detail === undefined ? null : JSON.stringify(detail), at: now() };
      await publisher.publish(topics.opsAudit, target, entry, AbortSignal.timeout(patienceMs));
    } catch (error) {
      logger.error({ err: error, action, target }, names.logs.replay.auditFailed);
      throw new OperatorError('X_AUDIT_UNAVAILABLE', 503);
    }
    logger.info({ action, actor, target }, names.logs.replay.audited);
  };
}
