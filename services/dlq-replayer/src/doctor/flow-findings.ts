import type { FlowVersions, ProcessFlows } from '../flows/flow-versions.ts';
import type { Finding } from './finding.ts';

/** Processes that do not run what is announced. Pure. */
export function flowFindings({
  announced,
  processes,
}: Pick<FlowVersions, 'announced' | 'processes'>): readonly Finding[] {
  const wanted = announced();
  return wanted === null ? [] : processes().flatMap((one) => findingOf(one, wanted));
}

function findingOf({ process, state, digest, reasons }: ProcessFlows, wanted: string): readonly Finding[] {
  if (state === 'running' && digest === wanted) return [];
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return [
    {
      check: 'flows',
      severity: 'warning',
      where: process,
      what: `runs version ${digest} of the flows, and ${wanted} is announced${why}`,
      mend:
        state === 'restart' ? 'start it anew' : 'bring it the flow files that were announced; it takes them by itself',
    },
  ];
}
