import { hash } from 'node:crypto';
import { cut } from '@millrace/text';
import { type Disposition, deadLetter, isCodedError, type Refusal, retry, type Step } from '../disposition.ts';
import type { MessagingErrorCode } from '../errors.ts';
import type { ErrorClass } from '../headers/dead-letter.ts';
import { redactMessage, redactUnforeseen } from './redact.ts';

const maxStackBytes = 4_096;

/** What is known of one failed try, fit to be written into headers and logs. */
export interface Failure {
  readonly code: string;
  readonly step: Step;
  readonly disposition: Disposition;
  readonly unavailable: boolean;
  /** What the destination answered, where it did and the answer was no. */
  readonly refusal: Refusal | null;
  /** An error that no adapter declared: a defect of ours or of a library. */
  readonly isUnforeseen: boolean;
  readonly type: string;
  /** Redacted, at most 1 KiB. */
  readonly message: string;
  /** Frames only, at most 4 KiB; null for failures that were foreseen. */
  readonly stack: string | null;
}

/** Nothing was tried: an earlier record of the key is a dead letter. */
export const keyHeld: Failure = {
  code: 'X_KEY_HELD' satisfies MessagingErrorCode,
  step: 'handle',
  disposition: deadLetter,
  unavailable: false,
  refusal: null,
  isUnforeseen: false,
  type: 'KeyHeld',
  message: 'an earlier record of this key is a dead letter; this one follows when that is redriven or discarded',
  stack: null,
};

/** Total: whatever was thrown becomes a failure. `step` names where it happened when the error does not say better. */
export function failureOf(error: unknown, step: Step): Failure {
  if (isCodedError(error)) {
    return {
      code: error.code,
      step: step === 'handle' ? error.step : step,
      disposition: error.disposition,
      unavailable: error.unavailable,
      refusal: error.refusal ?? null,
      isUnforeseen: false,
      type: Error.isError(error.cause) ? error.cause.name : error.name,
      message: redactMessage(error.message),
      stack: null,
    };
  }
  const stated = Error.isError(error) ? error : new Error('something that is not an error was thrown');
  const unreadable = step === 'decode' || step === 'validate';
  return {
    code: step === 'decode' ? 'X_DECODE_FAILED' : 'X_HANDLER_FAILED',
    step,
    disposition: unreadable || step === 'produce' ? deadLetter : retry(),
    unavailable: false,
    refusal: null,
    isUnforeseen: !unreadable,
    type: stated.name,
    message: redactUnforeseen(stated.message),
    stack: framesOf(stated),
  };
}

export function errorClassOf(failure: Failure): ErrorClass {
  if (failure.isUnforeseen) return 'BUG';
  if (failure.step === 'decode') return 'POISON';
  if (failure.step === 'validate') return 'INVALID';
  if (failure.code === 'X_MODEL_MALFORMED') return 'MODEL_OUTPUT';
  return failure.disposition.kind === 'retry' ? 'TRANSIENT_EXHAUSTED' : 'REJECTED';
}

/** Failures with one cause share it: step, type, code, and the frame or the message without what differs per record. */
export function fingerprintOf(failure: Failure): string {
  const where = ownFrame(failure.stack) ?? normaliseMessage(failure.message);
  return hash('sha256', JSON.stringify([failure.step, failure.type, failure.code, where]), 'hex').slice(0, 16);
}

function framesOf(error: Error): string | null {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? null : cut(frames.join('\n'), maxStackBytes, { measure: 'bytes' });
}

/** Function and file without line numbers, so that an unrelated edit does not split a group. */
function ownFrame(stack: string | null): string | null {
  const line = stack?.split('\n').find((frame) => !frame.includes('node_modules') && !frame.includes('node:'));
  return line === undefined ? null : frameOf(line.trim());
}

/** Of "at name (file:///folder/file.ts:1:2)". No expression: what is between may be of any length and has its parts in it. */
function frameOf(line: string): string | null {
  if (!line.startsWith('at ')) return null;
  const called = line.slice(line.startsWith('at async ') ? 9 : 3);
  const open = called.indexOf(' (');
  const place = called.slice(open < 0 ? 0 : open + 2, called.endsWith(')') ? -1 : undefined);
  const file = place.slice(Math.max(...['/', '\\', '('].map((mark) => place.lastIndexOf(mark))) + 1);
  const parts = file.split(':');
  while (parts.length > 1 && /^\d+$/.test(parts.at(-1) ?? '')) parts.pop();
  return `${open < 0 ? '' : called.slice(0, open)}@${parts.join(':')}`;
}

function normaliseMessage(message: string): string {
  return message
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#')
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/\b[0-9a-f]{12,}\b/gi, '#')
    .replace(/\d+/g, '#');
}
