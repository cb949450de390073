import type { FlowProblem } from '@millrace/flows';
import { CliError } from './cli-error.ts';

/** Knows every name that some service knows, so that what passes here starts there. */
export async function loadFlowFiles(path: string, packs: string | undefined) {
  // Only these verbs need the connectors: the others start without them.
  const [{ loadFlows, describeProblem, FlowError }, { sources }, { sinks }, { packsIn, shippedPacks, shippedTasks }] =
    await Promise.all([
      import('@millrace/flows'),
      import('@millrace/connectors/sources'),
      import('@millrace/connectors/sinks'),
      import('@millrace/models/shipped-packs'),
    ]);
  try {
    const known = { knownTasks: shippedTasks, knownPacks: packsIn(packs ?? shippedPacks) };
    const warnings: FlowProblem[] = [];
    const onWarning = (warning: FlowProblem) => void warnings.push(warning);
    const flows = loadFlows(path, { knownSources: sources, knownSinks: sinks, ...known }, { onWarning });
    return { flows, warnings, describe: describeProblem, sources };
  } catch (error) {
    if (error instanceof FlowError) throw new CliError(error.code, error.message);
    throw error;
  }
}
