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
