/** What Node is started with for every service, wherever it runs; the image's Dockerfile says the same. */
export const nodeRuntime = {
  flags: [
    '--disable-warning=ExperimentalWarning',
    // A young generation of one size: V8's own starts at 1 MB and grows to 96 with every survivor, which looks like a
    // leak for an hour. Smaller, and a busy pipeline's records outlive it; larger, and every service keeps it for nothing.
    '--min-semi-space-size=16',
    '--max-semi-space-size=16',
  ],
  environment: {
    // glibc gives each thread an arena of its own, and what is freed in one is not used by another.
    MALLOC_ARENA_MAX: '2',
  },
} as const;
