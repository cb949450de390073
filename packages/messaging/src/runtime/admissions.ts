import type { Breaker, Verdict } from '../breaker.ts';
import type { Failure } from './failure.ts';
import type { Arrival } from './inbound.ts';
import type { Entry } from './partition-state.ts';
import { isDoubtful, isKeyLimit, type Refusals } from './refusals.ts';

/** Asks a pipeline's breaker before each try, and tells it how each ended: exactly once. */
export interface Admissions {
  /** False while nothing may be tried. */
  admit(entry: Entry): boolean;
  /** The dependency did what was asked; `beganAt` is when it was asked. */
  succeeded(entry: Entry, beganAt: number): void;
  /** It ended without asking the dependency, or was aborted by us. */
  ended(entry: Entry): void;
  /** True when the failure is the dependency's: the record goes back, its try uncounted. */
  isOutage(entry: Entry, arrival: Arrival, failure: Failure): boolean;
  /** True when the record is kept until it is known whom the refusal concerns. */
  keeps(entry: Entry, failure: Failure): boolean;
}

export function createAdmissions(breaker: Breaker | null, refusals: Refusals, onAdmitted: () => void): Admissions {
  const report = (entry: Entry, verdict: Verdict): void => {
    const { admission } = entry;
    entry.admission = null;
    if (admission !== null) breaker?.report(admission, verdict);
  };

  return {
    admit(entry) {
      const admission = breaker?.admit() ?? null;
      if (admission === 'wait') return false;
      entry.admission = admission;
      onAdmitted();
      return true;
    },
    succeeded(entry, beganAt) {
      report(entry, { kind: 'success' });
      refusals.succeeded(entry, beganAt);
    },
    ended: (entry) => report(entry, { kind: 'none' }),
    isOutage(entry, { origin }, failure) {
      const { admission } = entry;
      if (breaker === null || admission === null) return false;
      if (isDoubtful(failure) || isKeyLimit(failure)) {
        report(entry, { kind: 'refusal', equalKeys: refusals.equalKeys(entry, failure) });
        if (breaker.state() === 'closed') return false;
        refusals.forgive(entry);
        return true;
      }
      if (failure.disposition.kind !== 'retry' || failure.isUnforeseen) {
        report(entry, { kind: 'success' });
        return false;
      }
      const record = `${origin.topic}/${origin.partition}/${origin.offset}`;
      report(entry, { kind: 'failure', record, unavailable: failure.unavailable });
      if (breaker.state() === 'closed') return false;
      refusals.forgive(null);
      // A probe that reached the dependency says something about its record too, or one bad record could probe for ever.
      return admission === 'start' || failure.unavailable;
    },
    // Without a breaker nothing would tell an outage from a refusal: it is believed at once.
    keeps: (entry, failure) => (breaker !== null || isKeyLimit(failure)) && refusals.keeps(entry, failure),
  };
}
