/** What can keep a part from starting, and what mends it. Every code is thrown with a sentence of its own facts. */
export const embeddedErrors = {
  X_EMBEDDED_JAVA_MISSING: 'Java 17 or newer is not on the PATH; install a headless runtime.',
  X_EMBEDDED_MAVEN_MISSING:
    'Maven is not on the PATH and the Kafka and registry files are not in the cache yet; install Maven.',
  X_EMBEDDED_DOWNLOAD_FAILED:
    'Maven could not fetch Kafka or the registry; check the network and run again, nothing half-done is kept.',
  X_EMBEDDED_PORT_TAKEN: 'Another process listens on a port that a part needs; stop it or choose another port base.',
  X_EMBEDDED_DATA_NOT_WRITABLE: 'The data folder cannot be written; choose another or correct its owner and mode.',
  X_EMBEDDED_DISK_FULL: 'The disk of the data folder is full; make room or choose another folder.',
  X_EMBEDDED_DATA_VERSION:
    'The data folder was written by another version of a part; keep it for that version and choose another folder.',
  X_EMBEDDED_DATA_IN_USE: 'Another running process holds the data folder; stop it or choose another folder.',
  X_EMBEDDED_NOT_READY: 'A part stayed alive but did not become ready in time; its log says why.',
  X_EMBEDDED_EXITED: 'A part ended while it was starting; its log says why.',
  X_EMBEDDED_WRONG_CLUSTER: 'A server answers on the port, but it is not the one that was started.',
  X_EMBEDDED_POSTGRES_PLATFORM: 'There are no Postgres binaries for this operating system and processor; use Docker.',
  X_EMBEDDED_POSTGRES_USER:
    'Postgres refuses to run as root and its user cannot reach a folder; run as an ordinary user or choose another folder.',
  X_EMBEDDED_NO_TEST_CLUSTER: 'A test asked for servers but the Jest run has none; name it *.int.test.ts.',
} as const;

export type EmbeddedErrorCode = keyof typeof embeddedErrors;

/** A part could not start. The message is one sentence for a person; `code` is for programs. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedError';
    this.code = code;
  }
}

/** The `code` of a Node system error, or of ours; undefined for anything else. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Turns a failed write below a data folder into its sentence; anything else stays what it was. */
export const asDataFolderError = (error: unknown, folder: string): unknown => {
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EmbeddedError(
        'X_EMBEDDED_DISK_FULL',
        `The disk of the data folder ${folder} is full; make room or choose another with --data.`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new EmbeddedError(
        'X_EMBEDDED_DATA_NOT_WRITABLE',
        `The data folder ${folder} cannot be written; choose another with --data or correct its owner and mode.`,
        { cause: error },
      );
    default:
      return error;
  }
};
