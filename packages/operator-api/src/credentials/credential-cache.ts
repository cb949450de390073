import type { Credential } from './credential.ts';

export interface CredentialCacheOptions {
  /** Of credentials, and of digests that nobody has, each. */
  readonly maxEntries: number;
}

/** What is known of a digest: a credential and when it was last read or confirmed, or that there is none. */
export interface Cached {
  readonly credential: Credential;
  readonly readAt: number;
}

/** Bounded: of more, what was used longest ago goes. */
export class CredentialCache {
  readonly #maxEntries: number;
  readonly #known = new Map<string, Cached>();
  readonly #unknown = new Set<string>();

  constructor({ maxEntries }: CredentialCacheOptions) {
    this.#maxEntries = maxEntries;
  }

  find(digest: string): Cached | undefined {
    const cached = this.#known.get(digest);
    if (cached === undefined) return undefined;
    this.#known.delete(digest);
    this.#known.set(digest, cached);
    return cached;
  }

  isUnknown(digest: string): boolean {
    return this.#unknown.has(digest);
  }

  keep(digest: string, credential: Credential, readAt: number): void {
    this.#known.delete(digest);
    this.#known.set(digest, { credential, readAt });
    this.#unknown.delete(digest);
    dropOldest(this.#known, this.#maxEntries);
  }

  keepUnknown(digest: string): void {
    this.#known.delete(digest);
    this.#unknown.add(digest);
    dropOldest(this.#unknown, this.#maxEntries);
  }

  /** A change of one that is kept; of others nothing is. */
  update(digest: string, credential: Credential, readAt: number): void {
    if (this.#known.has(digest)) this.#known.set(digest, { credential, readAt });
  }

  forgetUnknown(): void {
    this.#unknown.clear();
  }

  forget(digest: string): void {
    this.#known.delete(digest);
  }

  digests(): string[] {
    return [...this.#known.keys()];
  }
}

function dropOldest(entries: Map<string, unknown> | Set<string>, maxEntries: number): void {
  for (const digest of entries.keys()) {
    if (entries.size <= maxEntries) return;
    entries.delete(digest);
  }
}
