/** Every code the gateway answers with, beside those of the body and the signature (`sourceErrors`): what it means and what fixes it. */
export const gatewayErrors = {
  X_GATEWAY_ROUTE_UNKNOWN:
    'There is nothing at this address; webhooks go to /v1/webhooks/{source}, business events to /v1/events/{entity}.',
  X_GATEWAY_REQUEST_MALFORMED: 'The request is not well-formed HTTP, or its address does not decode.',
  X_GATEWAY_HEADERS_TOO_LARGE: 'The headers are larger than 16 KB.',
  X_GATEWAY_SOURCE_UNKNOWN: 'No source of this name is in the flow file.',
  X_GATEWAY_SOURCE_DISABLED: 'The source is disabled in the flow file.',
  X_GATEWAY_METHOD: 'The source or the address does not take this method; the Allow header names those it takes.',
  X_GATEWAY_BODY_SLOW: 'The body did not arrive in time.',
  X_GATEWAY_BODY_CUT: 'The connection ended before the body did.',
  X_GATEWAY_SOURCE_RATE: 'The source sends faster than its limit; it may send again after Retry-After.',
  X_GATEWAY_ADDRESS_RATE: 'This address sends faster than one address may; it may send again after Retry-After.',
  X_GATEWAY_MEMORY: 'More body bytes are in flight than MILLRACE_MAX_IN_FLIGHT_BYTES; the gateway recovers by itself.',
  X_GATEWAY_KAFKA_AWAY: 'Kafka or the schema registry cannot be reached; the gateway recovers by itself.',
  X_GATEWAY_DEADLINE:
    'Kafka did not acknowledge in time for the sender; the event may be safe, and a repetition is absorbed.',
  X_GATEWAY_TWIN: 'The same event is being accepted right now; ask again shortly.',
  X_GATEWAY_CLAIM_CHECK_AWAY:
    'The store for large bodies is away; small ones are still accepted. It recovers by itself.',
  X_GATEWAY_LEDGER_AWAY: 'The ledger of accepted requests does not answer; ask again shortly, it recovers by itself.',
  X_GATEWAY_DRAINING: 'This process is ending; another one answers.',
  X_GATEWAY_INTERNAL: 'The gateway failed in a way nobody foresaw: a defect; the log says where.',
  X_GATEWAY_KEY_MISSING: 'A business event needs an API key: `Authorization: Bearer <key>`.',
  X_GATEWAY_KEY_UNKNOWN: 'The API key is not one of ours.',
  X_GATEWAY_KEYS_AWAY:
    'Postgres does not answer, and this API key was not seen in the last five minutes; send it again, it recovers by itself.',
  X_GATEWAY_CLIENT_NAME:
    'The client of the API key has the name of a source of the flow file, and their records would be mixed: give one of them another name; `millrace doctor` lists them.',
  X_GATEWAY_SCOPE: 'The API key does not cover this entity.',
  X_GATEWAY_ENTITY_UNKNOWN: 'There is no entity of this name; they are plural, such as tickets.',
  X_GATEWAY_IDEMPOTENCY_KEY: 'An Idempotency-Key has 1 to 255 visible characters and comes once.',
  X_GATEWAY_IDEMPOTENCY_CONFLICT: 'Another body came with this Idempotency-Key before; one key names one event.',
  X_GATEWAY_SEQUENCE: 'Millrace-Sequence (or ce-sequence) is one whole number of 19 digits at most.',
  X_GATEWAY_TIME: 'ce-time is one instant as RFC 3339 has it, such as 2026-11-20T10:12:07Z.',
  X_GATEWAY_VERSION_FUTURE:
    'The event states a time more than a day ahead: no later event of its entity would count. Correct the producer’s clock or unit.',
  X_GATEWAY_EVENT_INVALID: 'The event does not fit the schema of its entity; `errors` names each place.',
  X_GATEWAY_SOURCES_FILE: 'MILLRACE_SOURCES_FILE is missing, not JSON, or not of the shape the README describes.',
  X_GATEWAY_TOKENS_FILE: 'MILLRACE_TOKENS_FILE is missing, not JSON, or lacks an operator or approver token.',
  X_GATEWAY_SOURCES_INVALID: 'Sources of the flow file cannot be used as they are; the message lists each problem.',
  X_ADMIN_UNKNOWN: 'There is no such source, key or event.',
} as const;

export type GatewayErrorCode = keyof typeof gatewayErrors;
