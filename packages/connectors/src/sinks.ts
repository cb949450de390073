import type { AnySink } from './kit/sink.ts';
import { loadSinks } from './registry.ts';

/** Every sink there is, by connector. */
export const sinks: Readonly<Record<string, AnySink>> = await loadSinks();
