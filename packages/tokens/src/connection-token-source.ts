import { type Clock, type CodedError, isCodedError, sleep } from '@millrace/messaging';
import { appliedOf } from '@millrace/resilience/outbound-error';
import type { AccessToken, TokenSource } from '@millrace/resilience/token-source';
import { untilAborted } from '@millrace/resilience/until-aborted';
import { type Logger, names } from '@millrace/service';
import { dueInMs, type HeldTokens, type NextStepOptions, nextStep } from './next-step.ts';
import { type TokenGrant, tokenSetOf } from './token-grant.ts';
import { grantIsOver, needsAuthorisation, resting, sourceClosed, unwanted } from './token-problems.ts';
import type { ClaimedRenewal, KeptTokens, StoredTokens, TokenState, TokenStore } from './token-store.ts';
import type { TokenWatch } from './token-watch.ts';

export interface ConnectionTokenSourceOptions {
  readonly connection: string;
  readonly store: TokenStore;
  readonly grant: TokenGrant;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** A UUID. */
  readonly newId: () => string;
  readonly watch: TokenWatch;
  readonly logger: Logger;
  /** More than any request to the endpoint takes; then its process counts as dead. */
  readonly leaseMs?: number;
  /** How often the store is asked whether an operator changed something. */
  readonly recheckMs?: number;
  /** How often the store is asked for what another process is fetching. */
  readonly pollMs?: number;
}

/** One connection's tokens in this process. */
export interface ConnectionTokenSource extends TokenSource {
  /** Waits until what is under way is kept: a token that only this process knows. Idempotent. */
  close(): Promise<void>;
}

const shortestRestMs = 1_000;
const longestRestMs = 300_000;
const longestBetweenWritesMs = 2_000;

/**
 * Hands out the token that all processes share, and renews it for all of them when it is this one's turn. The request runs
 * on whoever waits for it goes: an answer that nobody keeps may be the end of a grant. What was kept is handed out, nothing else.
 */
export function createConnectionTokenSource(options: ConnectionTokenSourceOptions): ConnectionTokenSource {
  return new StoreBackedTokenSource(options);
}

class StoreBackedTokenSource implements ConnectionTokenSource {
  readonly #options: Required<ConnectionTokenSourceOptions>;
  readonly #jitter: number;
  readonly #closing = new AbortController();
  #held: HeldTokens | null = null;
  #refusedVersion: number | null = null;
  #state: TokenState | null = null;
  readonly #givingBack = new Set<Promise<void>>();
  #looking: Promise<HeldTokens> | null = null;
  #failed: { readonly error: unknown; readonly until: number } | null = null;

  constructor(options: ConnectionTokenSourceOptions) {
    this.#options = { leaseMs: 60_000, recheckMs: 15_000, pollMs: 100, ...options };
    this.#jitter = options.random();
  }

  async token(signal: AbortSignal): Promise<AccessToken> {
    signal.throwIfAborted();
    const held = this.#good();
    if (held === null) return accessToken(await untilAborted(this.#look(), signal));
    // Nobody waits for the successor of a token that is good.
    if (this.#options.clock.monotonic() >= held.lookAt) this.#look().catch(() => undefined);
    return accessToken(held);
  }

  refused({ version }: AccessToken): void {
    if (this.#held?.version === version) this.#refusedVersion = version;
  }

  async close(): Promise<void> {
    this.#closing.abort(sourceClosed(this.#options.connection));
    await this.#looking?.catch(() => undefined);
    await Promise.all(this.#givingBack);
  }

  #good(): HeldTokens | null {
    const held = this.#held;
    if (held === null || held.version === this.#refusedVersion) return null;
    return this.#options.clock.monotonic() < held.goodUntil ? held : null;
  }

  #look(): Promise<HeldTokens> {
    const { clock } = this.#options;
    if (this.#failed !== null && clock.monotonic() < this.#failed.until) return Promise.reject(this.#failed.error);
    this.#looking ??= this.#find()
      .then(
        (held) => {
          this.#failed = null;
          return held;
        },
        (error: unknown) => {
          this.#failed = { error, until: clock.monotonic() + shortestRestMs };
          throw error;
        },
      )
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #find(): Promise<HeldTokens> {
    const { connection, store, clock, pollMs } = this.#options;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      // Before the question: whatever time the answer takes is of the token's life.
      const readAt = clock.monotonic();
      const stored = await this.#read();
      const next = nextStep(stored, this.#rules());
      if (next.step === 'serve' && stored?.tokens != null) return this.#keep(stored, { isDue: next.isDue, readAt });
      if (next.step === 'fail') throw this.#problem(next.why, stored);
      if (next.step === 'wait') await sleep(clock, pollMs * (1 + this.#jitter), this.#closing.signal);
      if (next.step === 'exhaust' && stored !== null) await store.exhaust(connection, stored.version);
      if (next.step === 'abandon' && stored?.renewal != null)
        await store.abandon({ connection, version: stored.version, lease: stored.renewal.lease });
      if (next.step === 'renew') await this.#renew(stored, next.followsRefusal);
    }
  }

  async #read(): Promise<StoredTokens | null> {
    const { connection, store, grant, watch, logger } = this.#options;
    const stored = await store.read(connection);
    const state = stored?.state ?? (grant.kind === 'alone' ? 'authorised' : 'needs-reauthorisation');
    watch.seen(connection, state);
    if (state !== this.#state && state === 'needs-reauthorisation')
      logger.error({ connection, reason: stored?.reason ?? null }, names.logs.tokens.needsAuthorisation);
    this.#state = state;
    if (this.#held !== null && (stored?.tokens == null || stored.version !== this.#held.version)) this.#held = null;
    return stored;
  }

  #rules(): NextStepOptions {
    return { kind: this.#options.grant.kind, refusedVersion: this.#refusedVersion, jitter: this.#jitter };
  }

  #keep(stored: StoredTokens, { isDue, readAt }: { readonly isDue: boolean; readonly readAt: number }): HeldTokens {
    const { recheckMs } = this.#options;
    const { version, tokens, lifeMs, ageMs } = stored;
    if (tokens === null) throw new TypeError('there is no token to keep');
    const goodUntil = lifeMs === null ? Number.POSITIVE_INFINITY : readAt + lifeMs - Math.max(0, ageMs);
    const lookInMs = isDue ? shortestRestMs : Math.min(recheckMs, dueInMs(stored, this.#rules()));
    this.#held = { version, tokens, goodUntil, lookAt: readAt + lookInMs };
    return this.#held;
  }

  /** One showing of what renews, by this process alone. Nothing is handed out here: what is kept is read again. */
  async #renew(stored: StoredTokens | null, followsRefusal: boolean): Promise<void> {
    const { connection, store, grant, clock, newId, leaseMs, watch, logger } = this.#options;
    const renewal: ClaimedRenewal = { connection, version: stored?.version ?? 0, lease: newId() };
    const claimed = await store
      .claim(renewal, { leaseMs, isRepeatable: grant.kind !== 'rotating' })
      .catch((error: unknown) => this.#notClaimed(renewal, error));
    if (claimed === null) return;
    const askedAt = clock.monotonic();
    const requested = await grant.request(claimed.tokens, AbortSignal.timeout(leaseMs / 2)).then(
      (issued) => ({ issued }),
      (error: unknown) => ({ error }),
    );
    if ('error' in requested) return this.#renewalFailed(renewal, stored?.failures ?? 0, requested.error);
    const { issued } = requested;
    const tokens = tokenSetOf(issued, claimed.tokens);
    const kept = (): KeptTokens & { followsRefusal: boolean } => ({
      ...{ tokens, lifeMs: issued.lifeMs, ageMs: clock.monotonic() - askedAt, followsRefusal },
    });
    await this.#untilWritten(() => store.renewed(renewal, kept()));
    watch.renewed(connection, 'renewed');
    logger.info({ connection }, names.logs.tokens.renewed);
  }

  /** The right may be ours without our knowing, and nothing was shown: others need not wonder. */
  #notClaimed(renewal: ClaimedRenewal, error: unknown): never {
    const { store } = this.#options;
    const given = this.#untilWritten(() =>
      store.failed(renewal, { says: 'Postgres did not answer', restMs: 0, inDoubt: false }),
    )
      .catch(() => undefined)
      .finally(() => this.#givingBack.delete(given));
    this.#givingBack.add(given);
    throw error;
  }

  async #renewalFailed(renewal: ClaimedRenewal, failures: number, error: unknown): Promise<never> {
    const { connection, store, watch, random } = this.#options;
    if (grantIsOver(error)) {
      await this.#untilWritten(() => store.over(renewal));
      watch.renewed(connection, 'over');
      const stored = await this.#read();
      throw this.#problem('needs-authorisation', stored);
    }
    const wait = isCodedError(error) && error.disposition.kind === 'retry' ? (error.disposition.afterMs ?? 0) : 0;
    const backoff = Math.min(longestRestMs, shortestRestMs * 2 ** Math.min(failures, 10)) * (0.75 + random() / 4);
    const says = isCodedError(error) ? error.message : 'an error that nobody declares';
    const restMs = Math.min(Math.max(wait, backoff), 24 * 3_600_000);
    await this.#untilWritten(() => store.failed(renewal, { says, restMs, inDoubt: appliedOf(error) === 'unknown' }));
    watch.renewed(connection, 'failed');
    // An answer that nobody can read is a page for maintenance more often than an address that is wrong: it passes.
    throw appliedOf(error) === 'unknown' ? resting(connection, { restMs, failure: says }) : error;
  }

  /** Until it is there: nobody else knows it. Only the end of the process ends the tries. */
  async #untilWritten<T>(write: () => Promise<T>): Promise<T> {
    const { connection, clock, logger } = this.#options;
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, longestBetweenWritesMs)) {
      try {
        return await write();
      } catch (error) {
        logger.warn({ connection, err: error }, names.logs.tokens.notKept);
        if (this.#closing.signal.aborted) throw error;
        // Ends with the close too: then there is one last try.
        await sleep(clock, waitMs, this.#closing.signal).catch(() => undefined);
      }
    }
  }

  #problem(why: 'needs-authorisation' | 'resting' | 'unwanted', stored: StoredTokens | null): CodedError {
    const { connection } = this.#options;
    if (why === 'resting') return resting(connection, stored ?? { restMs: 0, failure: null });
    if (why === 'unwanted') return unwanted(connection);
    return needsAuthorisation(connection, stored?.reason ?? null);
  }
}

const accessToken = ({ version, tokens }: HeldTokens): AccessToken => ({
  ...{ value: tokens.accessToken, version, details: tokens.details },
});
