/** Runs work under a signal that also fires after a time. Leaves no timer and no listener behind, unlike `AbortSignal.any` over a signal that lives as long as the process. */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limit: { readonly ms: number; readonly onLate: () => Error },
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const stop = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => own.abort(limit.onLate()), limit.ms);
  try {
    // A model that does not listen to its signal must not hold the lane either.
    return await Promise.race([work(own.signal), rejection(own.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
