import type { Flows } from './flows.ts';
import { type FlowsFollower, type FollowFlowsOptions, followFlows } from './follow-flows.ts';
import type { KnownNames } from './known-names.ts';
import { loadFlows } from './load-flows.ts';
import { loadFlowsOrExit } from './load-flows-or-exit.ts';

/** The flows of a process, and how it goes over to others. */
export interface FollowedFlows {
  readonly flows: Flows;
  follow(
    apply: FollowFlowsOptions['apply'],
    around: Omit<FollowFlowsOptions, 'flows' | 'load' | 'apply'>,
  ): FlowsFollower;
}

/** `loadFlowsOrExit` for a process that takes other flows while it runs: what it reads again is checked as at its start. */
export function loadFollowedFlows(path: string, known: KnownNames = {}): FollowedFlows {
  const flows = loadFlowsOrExit(path, known);
  const load = (): Flows => loadFlows(path, known);
  return { flows, follow: (apply, around) => followFlows({ ...around, flows, load, apply }) };
}

export { announcedKey, type FlowsFollower, type FollowFlowsOptions, followFlows } from './follow-flows.ts';
