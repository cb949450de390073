import { CodedError, halt } from '../disposition.ts';
import type { PipelineSettings } from './settings.ts';

/** Why the process must end: its oldest unfinished handler obeyed no signal in time. Null while none is that old. */
export function stuckHandler(
  group: string,
  startedAt: number | null,
  now: number,
  { maxProcessingMs }: PipelineSettings,
): CodedError | null {
  if (startedAt === null || now - startedAt <= maxProcessingMs) return null;
  const message = `a handler of ${group} runs for more than ${maxProcessingMs} ms; see maxProcessingMs`;
  return new CodedError('X_HANDLER_STUCK', message, { disposition: halt });
}
