export interface MemberSettings {
  /** How long the group waits for a silent dynamic member. */
  readonly sessionTimeoutMs: number;
  /** How long it keeps the place of a silent static one: longer than a restart takes. */
  readonly staticSessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /** How long a fetch waits at the brokers for a first record; far less while partitions are paused. */
  readonly maxWaitMs: number;
  readonly maxFetchBytes: number;
  readonly maxFetchBytesPerPartition: number;
  readonly requestTimeoutMs: number;
  readonly closeTimeoutMs: number;
}
