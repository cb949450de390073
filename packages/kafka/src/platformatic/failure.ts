/** An answer of a broker that carries an error code, under Kafka's own name for it. */
export class BrokerAnswerError extends Error {
  override readonly name = 'BrokerAnswerError';
  readonly type: string;
  /** The whole answer, where there is more to read in it. */
  readonly response: unknown;

  constructor(type: string, options: { readonly response?: unknown; readonly cause?: unknown } = {}) {
    super(`the broker answered ${type}`, { cause: options.cause });
    this.type = type;
    this.response = options.response;
  }
}

interface ClientError {
  readonly code?: unknown;
  readonly apiId?: unknown;
  readonly response?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

const isObject = (value: unknown): value is ClientError => typeof value === 'object' && value !== null;
const network = 'PLT_KFK_NETWORK';
/** What the client reports as a lost connection although the broker said why it closed it. */
const decisive: ReadonlySet<unknown> = new Set(['PLT_KFK_AUTHENTICATION', 'PLT_KFK_USER']);

/**
 * The client's error as the one thing that it says: it wraps a broker's answer into a list, a refused login into a lost
 * connection, and a connection lost during a login into a refused one.
 */
export function failureOfClient(error: unknown): Error {
  if (!isObject(error)) return new Error(String(error));
  const listed = Array.isArray(error.errors) ? error.errors : [];
  const answer = listed.find((each) => isObject(each) && typeof each.apiId === 'string') as ClientError | undefined;
  if (answer !== undefined)
    return new BrokerAnswerError(String(answer.apiId), { response: error.response, cause: error });
  const { cause } = error;
  // Its word for a connection that was closed during the TLS handshake, as a broker does that goes away.
  if (error.code === 'PLT_KFK_USER' && isObject(cause) && cause.code === 'ECONNRESET') return cause as Error;
  if (isObject(cause)) {
    const inner = failureOfClient(cause) as Error & ClientError;
    if (error.code === network && decisive.has(inner.code)) return inner;
    if (error.code === 'PLT_KFK_AUTHENTICATION' && inner.code === network) return inner;
  }
  return error as Error;
}
