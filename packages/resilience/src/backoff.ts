export interface BackoffOptions {
  /** The ceiling of the first wait. */
  readonly baseMs: number;
  /** No ceiling grows beyond this. */
  readonly capMs: number;
}

/**
 * Full jitter: a wait anywhere between nothing and a ceiling that doubles with each attempt,
 * so that those who failed together do not come back together.
 */
export function backoff(options: BackoffOptions, attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.max(0, attempt));
  return Math.floor(random() * ceiling);
}
