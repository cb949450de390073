import { escapedLines } from '@millrace/text';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

const neverLogged = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'body', 'value'];

/**
 * One JSON line per happening, synchronously, so that the last line before an exit is not lost.
 * Messages are constant sentences (`names.logs`), variables are fields; fields that could hold a secret or a record are masked.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      redact: {
        paths: [...neverLogged, ...neverLogged.map((field) => `*.${field}`), 'headers', '*.headers'],
        censor: '[redacted]',
      },
    },
    escaping(options.destination ?? pino.destination({ dest: 1, sync: true })),
  );
}

/** JSON leaves C1, DEL and marks of direction as they are, and somebody will show the line on a terminal. */
function escaping(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(escapedLines(line)) };
}

// Drivers hang request bodies, statements' parameters and connection strings on their errors: only these fields are ours to show.
function serializeError(error: unknown): unknown {
  if (!Error.isError(error)) return { message: String(error) };
  const { type, message, stack } = stdSerializers.err(error);
  const code = (error as { code?: unknown }).code;
  return { type, message, stack, ...(typeof code === 'string' ? { code } : {}) };
}
