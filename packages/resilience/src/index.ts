export { type BackoffOptions, backoff } from './backoff.ts';
export { type Bulkhead, createBulkhead } from './bulkhead.ts';
export { deadlineSignal, sharedDeadlines } from './deadline-signal.ts';
export { createRateLimiter, type RateLimiter, type RateLimiterMode, type RateLimiterOptions } from './rate-limiter.ts';
