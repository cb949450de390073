import type { Source } from './kit/source.ts';
import { loadSources } from './registry.ts';

/** Every source there is, by connector. */
export const sources: Readonly<Record<string, Source>> = await loadSources();
