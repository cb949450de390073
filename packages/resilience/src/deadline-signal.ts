/**
 * A signal that aborts with its parent, or after so long. Looking at it also looks at the parent, because a consumer's
 * signal may know more when it is looked at than it has told so far (it asks its fence).
 */
export function deadlineSignal(parent: AbortSignal, ms: number): AbortSignal {
  const joined = AbortSignal.any([parent, AbortSignal.timeout(ms)]);
  const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as () => boolean;
  Object.defineProperty(joined, 'aborted', { get: () => parent.aborted || isAborted.call(joined) });
  Object.defineProperty(joined, 'throwIfAborted', {
    value: () => {
      parent.throwIfAborted();
      if (isAborted.call(joined)) throw joined.reason;
    },
  });
  return joined;
}

/** A call is given at most this part of its time less. */
const sharedPart = 20;

/**
 * The same for many calls: those that begin at about the same time under one parent share a signal, which aborts after
 * the time or up to a twentieth sooner. Making one costs more than many a call that it is made for.
 */
export function sharedDeadlines(ms: number, now: () => number): (parent: AbortSignal) => AbortSignal {
  let shared: { readonly parent: AbortSignal; readonly signal: AbortSignal; readonly until: number } | null = null;
  return (parent) => {
    const time = now();
    if (shared === null || shared.parent !== parent || time >= shared.until)
      shared = { parent, signal: deadlineSignal(parent, ms), until: time + ms / sharedPart };
    return shared.signal;
  };
}
