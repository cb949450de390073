import type { Flows } from './flows.ts';
import type { KnownNames } from './known-names.ts';
import { loadFlows } from './load-flows.ts';
import { FlowError } from './problems.ts';

/** `loadFlows` for a `main.ts`: a person sees the list of problems, not a stack trace, and the process ends with 1. */
export function loadFlowsOrExit(path: string, known: KnownNames = {}): Flows {
  try {
    return loadFlows(path, known);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
