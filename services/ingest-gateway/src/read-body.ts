import type { IncomingMessage } from 'node:http';
import type { BudgetShare } from './byte-budget.ts';
import { Refusal, shed } from './outcome.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From now to the last byte. */
  readonly timeoutMs: number;
  readonly budget: BudgetShare;
}

/**
 * The bytes of a body as they came. Counted while they stream, so that neither a false Content-Length nor a body
 * without one costs more than the limit. Nothing of it is looked at here: the sender is not proven yet.
 */
export function readBody(request: IncomingMessage, { maxBytes, timeoutMs, budget }: BodyLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      finish();
    };
    const refuse = (refusal: Refusal): void =>
      settle(() => {
        request.pause();
        reject(refusal);
      });
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > maxBytes) refuse(tooLarge(maxBytes));
      else if (budget.take(chunk.length)) chunks.push(chunk);
      else refuse(shed('X_GATEWAY_MEMORY', 'too many bodies are in flight'));
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks, received)));
    const onCut = (): void =>
      settle(() =>
        reject(
          new Refusal({ status: 400, code: 'X_GATEWAY_BODY_CUT', detail: 'the connection ended before the body did' }),
        ),
      );
    const timer = setTimeout(
      () =>
        refuse(
          new Refusal({
            status: 408,
            code: 'X_GATEWAY_BODY_SLOW',
            detail: `the body took longer than ${timeoutMs} ms`,
          }),
        ),
      timeoutMs,
    );
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal({ status: 413, code: 'X_BODY_TOO_LARGE', detail: `the body is larger than ${maxBytes} bytes` });
}
