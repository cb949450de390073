/** What Node is started with for every service, wherever it runs; the image's Dockerfile says the same. */
export const nodeRuntime = {
  flags: [
    '--disable-warning=ExperimentalWarning',
    // A young generation of one size: V8's own begins with 1 MB and grows up to this with every survivor, which looks
    // like a leak for an hour. Half of it costs a busy pipeline a tenth of its rate, because its records outlive it.
    '--min-semi-space-size=32',
    '--max-semi-space-size=32',
  ],
  environment: {
    // glibc gives each thread an arena of its own, and what is freed in one is not used by another.
    MALLOC_ARENA_MAX: '2',
  },
} as const;
