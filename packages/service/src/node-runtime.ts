/** What Node is started with for every service, wherever it runs; the image's Dockerfile says the same. */
export const nodeRuntime = {
  flags: [
    '--disable-warning=ExperimentalWarning',
    // A young generation of one size: V8's own begins with 1 MB and grows with every survivor, under steady load for
    // more than ten minutes, which looks like a leak. Twice this size is somewhat faster where a pipeline is busy without
    // pause, but then a quiet service needs as long to fill it once.
    '--min-semi-space-size=16',
    '--max-semi-space-size=16',
  ],
  environment: {
    // glibc gives each thread an arena of its own, and what is freed in one is not used by another.
    MALLOC_ARENA_MAX: '2',
  },
} as const;

export interface NodeRuntime {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Of a program that carries no traffic on: a small young generation saves it 20 to 50 MB. */
export const quietRuntime: NodeRuntime = {
  flags: ['--disable-warning=ExperimentalWarning', '--min-semi-space-size=2', '--max-semi-space-size=2'],
  environment: nodeRuntime.environment,
};
