import { createGroupCommit, type Submit } from '@millrace/ledger';
import type { Database } from '@millrace/ledger/postgres';
import type { Part } from '@millrace/service';
import type { Authenticate } from '../identity/identity.ts';
import { type Credential, type CredentialKind, stateOf } from './credential.ts';
import { CredentialCache } from './credential-cache.ts';
import { type CredentialRow, credentialColumns, credentialFrom } from './credential-row.ts';
import { credentialsTable, versionTable } from './credentials-schema.ts';
import { credentialRefusal } from './errors.ts';
import { createLastUsed } from './last-used.ts';
import { digestOf } from './secret.ts';

export interface CredentialReaderOptions {
  readonly database: Pick<Database, 'query' | 'prepared' | 'readiness'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How often changes are asked for; a change counts everywhere within two of these at most. */
  readonly syncEveryMs?: number;
  /** For how long what Postgres said counts while it is away. */
  readonly graceMs?: number;
  /** How long a request waits for Postgres. */
  readonly lookupTimeoutMs?: number;
  readonly maxEntries?: number;
}

/** Whose API key it is. */
export interface KeyHolder {
  readonly id: string;
  readonly client: string;
  readonly scopes: readonly string[];
}

/**
 * Tells whose a token or key is, from memory for as long as that is true. One cheap statement every two seconds asks what has
 * changed: a revocation counts in every process within five seconds. While Postgres is away, what it said in the last five
 * minutes goes on, and what is not known is refused with 503: never accepted, and never told that it is wrong.
 */
export interface CredentialReader extends Part {
  readonly authenticate: Authenticate;
  /** By the digest of the key (`digestOf`); null where nobody has it. */
  keyHolder(digest: string, signal?: AbortSignal): Promise<KeyHolder | null>;
  /** Asks now what has changed. Never rejects. */
  sync(): Promise<void>;
}

export function createCredentialReader(options: CredentialReaderOptions): CredentialReader {
  return new CachedCredentials(options);
}

interface Answer {
  readonly version: string;
}
type ChangedRow = Answer & CredentialRow & { readonly id: string | null; readonly digest: string };

// One snapshot each: the version and what it has. A left join, so that the version comes where nothing else does.
const changesSince = `SELECT v.version, c.digest, ${credentialColumns} FROM ${versionTable} v
  LEFT JOIN ${credentialsTable} c ON c.changed > $1 OR c.digest = ANY($2::text[])`;
const byDigests = `SELECT v.version, c.digest, ${credentialColumns} FROM ${versionTable} v
  LEFT JOIN ${credentialsTable} c ON c.digest = ANY($1::text[])`;

/** Lookups that wait at once; beyond it they are refused like those of an absent Postgres. */
const maxLookups = 10_000;

class CachedCredentials implements CredentialReader {
  readonly name = 'credentials';
  readonly #options: Required<CredentialReaderOptions>;
  readonly #cache: CredentialCache;
  readonly #lookUp: Submit<string, Credential | null>;
  readonly #asked = new Map<string, Promise<Credential | null>>();
  readonly #lastUsed: ReturnType<typeof createLastUsed>;
  /** All changes up to it are in what is kept. Null before the first answer. */
  #version: bigint | null = null;
  /** When the last question that was answered was asked: all that is kept was true then. */
  #syncedAt = Number.NEGATIVE_INFINITY;
  /** After a failure Postgres may be another, or an older copy: everything that is kept is read again. */
  #isUnsure = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: CredentialReaderOptions) {
    const { syncEveryMs = 2_000, graceMs = 300_000, lookupTimeoutMs = 1_000, maxEntries = 10_000 } = options;
    this.#options = { ...options, syncEveryMs, graceMs, lookupTimeoutMs, maxEntries };
    this.#cache = new CredentialCache({ maxEntries });
    this.#lastUsed = createLastUsed({ ...options, maxEntries });
    this.#lookUp = createGroupCommit({
      keyOf: (digest) => digest,
      maxItems: 500,
      execute: (items) => this.#read(items),
    });
  }

  async open(): Promise<void> {
    await this.sync();
    this.#syncLater();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
    await this.#lastUsed.flush();
  }

  readonly authenticate: Authenticate = async (token, signal) => {
    const credential = await this.#valid('token', digestOf(token), signal);
    if (credential === null) return null;
    const { identity: id, name, roles, groups, topics } = credential;
    return { id, name, roles, groups, topics };
  };

  async keyHolder(digest: string, signal?: AbortSignal): Promise<KeyHolder | null> {
    const credential = await this.#valid('key', digest, signal);
    return credential && { id: credential.identity, client: credential.name, scopes: credential.scopes };
  }

  sync(): Promise<void> {
    this.#running ??= this.#syncOnce().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #valid(kind: CredentialKind, digest: string, signal: AbortSignal | undefined): Promise<Credential | null> {
    const credential = await this.#find(digest, signal);
    const now = this.#options.now();
    if (credential === null || credential.kind !== kind || stateOf(credential, now) !== 'valid') return null;
    this.#lastUsed.note(credential.id, now);
    return credential;
  }

  async #find(digest: string, signal: AbortSignal | undefined): Promise<Credential | null> {
    const { now, graceMs } = this.#options;
    const cached = this.#cache.find(digest);
    if (cached !== undefined && Math.max(cached.readAt, this.#syncedAt) + graceMs > now()) return cached.credential;
    if (!this.#options.database.readiness().ok) throw away();
    if (this.#cache.isUnknown(digest) && this.#isCurrent()) return null;
    const asked = this.#asked.get(digest) ?? this.#ask(digest);
    const timeout = AbortSignal.timeout(this.#options.lookupTimeoutMs);
    return until(asked, signal === undefined ? timeout : AbortSignal.any([timeout, signal])).catch((error: unknown) => {
      throw away(error);
    });
  }

  /** Whether "nobody has it" can still be said without a question. */
  #isCurrent(): boolean {
    return !this.#isUnsure && this.#options.now() - this.#syncedAt < 2 * this.#options.syncEveryMs;
  }

  /** Equal digests at once are one question. */
  #ask(digest: string): Promise<Credential | null> {
    if (this.#asked.size >= maxLookups) throw away();
    const asking = this.#lookUp(digest).finally(() => this.#asked.delete(digest));
    asking.catch(() => {}); // whoever still waits hears of it
    this.#asked.set(digest, asking);
    return asking;
  }

  async #read(digests: readonly string[]): Promise<readonly (Credential | null)[]> {
    const { database, now } = this.#options;
    const readAt = now();
    const rows = await database.prepared<ChangedRow>(byDigests, [digests]);
    const found = new Map(presentIn(rows).map((row) => [row.digest, credentialFrom(row)]));
    // The first answer of all is where `sync` goes on from: it may be away before `sync` has asked anything.
    this.#version ??= versionIn(rows);
    // Nothing is kept that `sync` would not correct: from before a change it has heard of.
    const isKept = versionIn(rows) >= this.#version;
    for (const digest of digests) {
      const credential = found.get(digest);
      if (!isKept) continue;
      if (credential === undefined) this.#cache.keepUnknown(digest);
      else this.#cache.keep(digest, credential, readAt);
    }
    return digests.map((digest) => found.get(digest) ?? null);
  }

  async #syncOnce(): Promise<void> {
    const { database, now } = this.#options;
    const askedAt = now();
    const kept = this.#isUnsure ? this.#cache.digests() : [];
    const since = this.#version;
    try {
      const rows = await database.prepared<ChangedRow>(changesSince, [since?.toString() ?? null, kept]);
      // Asked before anything was kept, it does not tell what has changed since: the next one does.
      if (since === this.#version) this.#learn(rows, kept, askedAt);
      await this.#lastUsed.flushNowAndThen();
    } catch {
      this.#isUnsure = true; // the database logs that it is away, once
    }
  }

  #learn(rows: readonly ChangedRow[], kept: readonly string[], askedAt: number): void {
    const version = versionIn(rows);
    const changed = new Map(presentIn(rows).map((row) => [row.digest, row]));
    for (const [digest, row] of changed) this.#cache.update(digest, credentialFrom(row), askedAt);
    for (const digest of kept) if (!changed.has(digest)) this.#cache.forget(digest);
    if (version !== this.#version || this.#isUnsure) this.#cache.forgetUnknown();
    // A version that went back is another database: next time all is read again.
    this.#isUnsure = this.#version !== null && version < this.#version;
    this.#version = version;
    this.#syncedAt = askedAt;
  }

  #syncLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.sync().then(() => this.#syncLater());
    }, this.#options.syncEveryMs).unref();
  }
}

const presentIn = (rows: readonly ChangedRow[]): readonly ChangedRow[] => rows.filter(({ id }) => id !== null);

const versionIn = (rows: readonly ChangedRow[]): bigint => BigInt(rows[0]?.version ?? 0);

const away = (cause?: unknown) =>
  credentialRefusal('X_CREDENTIALS_AWAY', 503, {
    detail: 'who this is cannot be told at the moment',
    retryAfterSeconds: 2,
    cause,
  });

/** The work's answer, unless the signal comes first; the work goes on. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    const settled = (): void => signal.removeEventListener('abort', giveUp);
    work.then(resolve, reject).finally(settled);
  });
}
