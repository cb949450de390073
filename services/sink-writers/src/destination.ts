import type { AnySink, Sink, SinkContext, SinkDelivery, SinkResult } from '@millrace/connectors/kit/sink';
import { CodedError, halt } from '@millrace/messaging';
import type { Outbound } from '@millrace/resilience/outbound';

export interface DestinationOptions {
  readonly definition: AnySink;
  /** The route's settings with every reference resolved; called again each time the destination is opened. */
  readonly readSettings: () => unknown;
  readonly openOutbound: () => Outbound;
  readonly context: Omit<SinkContext, 'outbound'>;
}

/** A route's sink, opened when it is first needed and again after a halt was lifted, with the secrets of that moment. */
export interface Destination {
  write(delivery: SinkDelivery, signal: AbortSignal): Promise<SinkResult>;
  /** Only of a sink that declares `batch`. */
  writeBatch(deliveries: readonly SinkDelivery[], signal: AbortSignal): Promise<readonly (SinkResult | CodedError)[]>;
  /** How many it takes at once, of so many that are declared. Opens nothing. */
  batchItems(declared: number): number;
  probe(delivery: SinkDelivery, signal: AbortSignal): Promise<boolean>;
  /** The next write reads settings and secrets again. Writes that are running end on the old sink. */
  reopen(): void;
  close(): Promise<void>;
}

interface Opened {
  readonly sink: Sink;
  readonly close: () => Promise<void>;
}

export function createDestination(options: DestinationOptions): Destination {
  let opened: Opened | null = null;
  const sink = (): Sink => {
    opened ??= openSink(options);
    return opened.sink;
  };
  const closeOpened = async (): Promise<void> => {
    const old = opened;
    opened = null;
    await old?.close();
  };
  return {
    // Async, so that settings that cannot be used reject like any other failure.
    write: async (delivery, signal) => sink().write(delivery, signal),
    writeBatch: async (deliveries, signal) => {
      const answers = sink().writeBatch?.(deliveries, signal);
      if (answers === undefined) throw new TypeError(`the sink ${options.definition.name} writes no batches`);
      return answers;
    },
    batchItems: (declared) => Math.min(declared, opened?.sink.batchItems ?? declared),
    probe: async (delivery, signal) => (await sink().probe?.(delivery, signal)) ?? false,
    // Not awaited: what still runs on the old sink may take its time, and must not hold the route.
    reopen: () => void closeOpened().catch(() => undefined),
    close: closeOpened,
  };
}

/** Settings that cannot be used are every record's trouble: halt, and only this route. */
function openSink({ definition, readSettings, openOutbound, context }: DestinationOptions): Opened {
  const outbound = openOutbound();
  try {
    const sink = definition.open(readSettings(), { ...context, outbound });
    return { sink, close: () => sink.close().finally(() => outbound.close()) };
  } catch (cause) {
    void outbound.close();
    throw new CodedError('X_ROUTE_CONFIG', `The sink ${definition.name} cannot be opened: ${reasonOf(cause)}`, {
      disposition: halt,
      step: 'effect',
      cause,
    });
  }
}

/** Names what is wrong without the values: a setting may be a secret. */
function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return 'unknown';
  if ('issues' in cause && Array.isArray(cause.issues)) {
    const issues = cause.issues as readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
    return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  }
  // Only the flow package's own texts are known to hold no value.
  return 'name' in cause && cause.name === 'FlowError' && 'message' in cause
    ? String(cause.message)
    : 'it refused its settings';
}
