import { CodedError, deadLetter } from '@millrace/messaging';
import type { SourceErrorCode } from './source-errors.ts';

/** A body that cannot be read. V8's JSON errors quote the text around the fault, so the cause stays out of the message. */
export function bodyError(code: SourceErrorCode, message: string, cause?: unknown): CodedError {
  return new CodedError(code, message, { disposition: deadLetter, step: 'decode', cause });
}
