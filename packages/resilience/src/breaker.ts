import type { Breaker, BreakerState } from '@millrace/messaging';
import CircuitBreaker from 'opossum';
import { createFailureWindow, type FailureRule, houseRule } from './failure-window.ts';

export interface BreakerOptions extends Partial<FailureRule> {
  /** So many different keys refused equally, with no success between, are an outage. */
  readonly equalRefusals?: number;
  /** How long it stays open before one record may probe. */
  readonly openMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * The state machine and its timer are opossum's; what opens it is counted here, because opossum counts calls
 * and cannot tell one bad record from an outage.
 * - closed: everything starts; the window decides after each failure;
 * - open: nothing starts; what was admitted before may still report and changes nothing;
 * - half-open: exactly one probe is out at a time. It succeeds: closed, the window forgotten. It fails: open again.
 *   It ends without a verdict: half-open still, another may probe. It is refused: an answer, and closed, where failures had
 *   opened it; where refusals had, open again.
 */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  const { openMs = 10_000, equalRefusals = 10, now = () => performance.now(), ...rule } = options;
  const window = createFailureWindow({ ...houseRule, ...rule }, now);
  const circuit = new CircuitBreaker(() => Promise.resolve(), {
    timeout: false,
    resetTimeout: openMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  const listeners = new Set<(state: BreakerState) => void>();
  let isProbing = false;
  let isRefused = false;

  const state = (): BreakerState => {
    if (circuit.halfOpen) return 'half-open';
    return circuit.opened ? 'open' : 'closed';
  };
  const changed = (): void => {
    for (const listener of [...listeners]) listener(state());
  };
  circuit.on('open', changed);
  circuit.on('halfOpen', changed);
  circuit.on('close', changed);
  /** A refusal is an answer: no failure of the dependency, and no success of the record either. */
  const refused = (equalKeys: number): void => {
    window.success();
    if (equalKeys < equalRefusals) return;
    isRefused = true;
    circuit.open();
  };

  return {
    state,
    admit() {
      if (!circuit.halfOpen) return circuit.opened ? 'wait' : 'start';
      if (isProbing) return 'wait';
      isProbing = true;
      return 'probe';
    },
    report(admission, verdict) {
      if (admission === 'probe') {
        isProbing = false;
        if (!circuit.halfOpen) return;
        if (verdict.kind === 'none') return changed();
        if (verdict.kind === 'failure' || (verdict.kind === 'refusal' && isRefused)) return circuit.open();
        isRefused = false;
        window.clear();
        circuit.close();
        if (verdict.kind === 'refusal') refused(verdict.equalKeys);
        return;
      }
      if (circuit.opened || circuit.halfOpen || verdict.kind === 'none') return;
      if (verdict.kind === 'success') return window.success();
      if (verdict.kind === 'refusal') return refused(verdict.equalKeys);
      window.failure(verdict.record, verdict.unavailable);
      if (window.isOutage()) circuit.open();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      circuit.shutdown();
    },
  };
}
