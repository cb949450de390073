/** Resolves, once, with why this process is to stop: a signal, or the death of its parent (npm's shell dies without a word). */
export const stopRequest = (): { readonly asked: Promise<string>; readonly signal: AbortSignal; forget(): void } => {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const ask = (reason: string): void => {
    controller.abort(new Error(reason)); // again and again is the same wish: a terminal's Ctrl-C comes twice, by npm too
    resolve(reason);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, ask);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) ask('the parent process is gone');
  }, 250);
  return {
    asked: promise,
    signal: controller.signal,
    forget: () => {
      clearInterval(watch);
      for (const name of signals) process.off(name, ask);
    },
  };
};
