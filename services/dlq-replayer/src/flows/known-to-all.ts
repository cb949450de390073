import { sinks } from '@millrace/connectors/sinks';
import { sources } from '@millrace/connectors/sources';
import type { KnownNames } from '@millrace/flows';
import { packsIn, shippedPacks, shippedTasks } from '@millrace/models/shipped-packs';

/** Every name that some service knows: what passes with these can be taken by all of them. */
export const knownToAll = (packs: string | undefined): KnownNames => ({
  ...{ knownSources: sources, knownSinks: sinks, knownTasks: shippedTasks },
  knownPacks: packsIn(packs ?? shippedPacks),
});
