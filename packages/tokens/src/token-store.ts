/** What is sealed: everything of a grant that is secret, and what goes with it. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  readonly details: Readonly<Record<string, string>>;
}

/** Why a connection has to be authorised again. */
export type ReauthorisationReason =
  /** The vendor ended the grant. */
  | 'invalid-grant'
  /** The vendor ended the grant after a renewal whose answer we did not hear: it has most likely rotated the refresh token. */
  | 'renewal-lost'
  /** A process died between asking for a new token and keeping it; the vendor has most likely rotated the refresh token. */
  | 'renewal-in-doubt'
  /** The access token is over, or refused, and there is no refresh token. */
  | 'no-refresh-token'
  /** An operator ended it. */
  | 'revoked';

export type TokenState = 'authorised' | 'needs-reauthorisation';

/** What is known of one connection. Ages and waits are measured by the store's own clock, one for all processes. */
export interface StoredTokens {
  /** Rises with each token, and with whatever else an operator changes. */
  readonly version: number;
  readonly state: TokenState;
  readonly reason: ReauthorisationReason | null;
  /** Null before the first token, and after the grant was over. */
  readonly tokens: TokenSet | null;
  /** For how long the access token is good from when it was asked for; null where nobody knows. */
  readonly lifeMs: number | null;
  readonly ageMs: number;
  /** True when this token was asked for because the one before was refused. */
  readonly followsRefusal: boolean;
  readonly renewal: Renewal | null;
  /** For how long nobody asks, after a request that failed. */
  readonly restMs: number;
  readonly failures: number;
  /** What the last request said that failed; no secret. */
  readonly failure: string | null;
}

/** Somebody asks for a new token. */
export interface Renewal {
  readonly lease: string;
  /** Whoever it was has had more time than any request takes: it is dead, or cut off. */
  readonly isOver: boolean;
}

/** A token as it is kept. */
export interface KeptTokens {
  readonly tokens: TokenSet;
  readonly lifeMs: number | null;
  /** How long ago it was asked for. */
  readonly ageMs: number;
}

/** The one renewal that a process has claimed. */
export interface ClaimedRenewal {
  readonly connection: string;
  readonly version: number;
  readonly lease: string;
}

export interface ConnectionSummary {
  readonly connection: string;
  readonly version: number;
  readonly state: TokenState;
  readonly reason: ReauthorisationReason | null;
  readonly failure: string | null;
  /** ISO 8601. */
  readonly changedAt: string;
}

/**
 * The tokens of all connections, for all processes. A write that resolved is durable. While the store is away calls
 * fail with retry and unavailable.
 */
export interface TokenStore {
  read(connection: string): Promise<StoredTokens | null>;
  /**
   * Takes the right to ask for the successor of one version: at most one process has it. Null when another has it, somebody
   * rests, or the version has passed. With `isRepeatable` a renewal that is over may be taken over; a connection of which
   * nothing is known is version 0.
   */
  claim(
    renewal: ClaimedRenewal,
    options: { readonly leaseMs: number; readonly isRepeatable: boolean },
  ): Promise<{ readonly tokens: TokenSet | null } | null>;
  /** Keeps the successor; its version. Null when another has decided meanwhile: then it is not kept, and must not be used. */
  renewed(renewal: ClaimedRenewal, kept: KeptTokens & { readonly followsRefusal: boolean }): Promise<number | null>;
  /**
   * Gives the right back: nobody asks for so long. `inDoubt`: the endpoint may have acted all the same. Whoever says so is
   * alive, so an `abandon` meanwhile counts no more. Nothing happens to whom the right does not belong.
   */
  failed(
    renewal: ClaimedRenewal,
    failed: { readonly says: string; readonly restMs: number; readonly inDoubt: boolean },
  ): Promise<void>;
  /** The vendor ended the grant: its tokens are erased. Says under which reason. */
  over(renewal: ClaimedRenewal): Promise<void>;
  /** What a renewal that is over leaves: the access token may still serve, the refresh token is not shown again. Late is not lost: `renewed` of that lease still counts. */
  abandon(renewal: ClaimedRenewal): Promise<void>;
  /** Nobody can ask for a successor. */
  exhaust(connection: string, version: number): Promise<void>;
  /** A grant that an operator brought; its version. Whatever is under way counts no more. */
  put(connection: string, kept: KeptTokens): Promise<number>;
  /** For a grant that needs no operator: forgets tokens and reason, and the next who needs a token asks. */
  reset(connection: string): Promise<void>;
  /** Erases the tokens; true when there was something to erase. */
  revoke(connection: string): Promise<boolean>;
  list(): Promise<readonly ConnectionSummary[]>;
  /** Seals with the first key what another has sealed; how many. */
  reseal(): Promise<number>;
}
