import type { Health, HealthServer } from './health.ts';
import type { Logger } from './logger.ts';
import { names } from './names.ts';
import type { Part } from './part.ts';

/** 0: asked to stop and stopped in order. 1: cannot go on, or could not finish in time. 78: fenced, do not restart. */
export const exitCodes = { stopped: 0, failed: 1, fenced: 78 } as const;

/** What a process ends with after an error that it cannot survive: the `exitCode` that the error names, else 1. */
export function exitCodeOf(error: Error): number {
  const { exitCode } = error as { readonly exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : exitCodes.failed;
}

/** What a part may ask of the process that it lives in. */
export interface ServiceControl {
  /** Ends the process in order, with the reason logged once and the error's own exit code. Later calls change nothing, save that fenced wins over failed. */
  fatal(error: Error, exitCode?: number): void;
  /** Aborted when the shutdown begins. */
  readonly stopping: AbortSignal;
}

export interface ServiceOptions {
  readonly name: string;
  readonly logger: Logger;
  /** Opened in this order, closed in reverse. */
  readonly parts: readonly Part[] | ((control: ServiceControl) => readonly Part[]);
  /** A health server is opened before and closed after all parts; a `Health` is only told the phase. */
  readonly health?: HealthServer | Health;
  /** How long closing may take; past it the process ends with 1. */
  readonly graceMs: number;
  /** `pipe`: the parent holds our standard input open, and its end means that the parent died. */
  readonly parent?: 'none' | 'pipe';
  /** Logged once at start; redact before (`describeSettings`). */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The process itself, unless a test stands in for it. */
  readonly host?: ProcessHost;
}

/** The few things of `process` that a service touches. */
export interface ProcessHost {
  onSignal(signal: 'SIGTERM' | 'SIGINT', listener: () => void): () => void;
  onUncaught(listener: (error: unknown) => void): () => void;
  onParentGone(listener: () => void): () => void;
  exit(code: number): void;
}

/**
 * Runs a service to its end: opens its parts, waits for a reason to stop, closes them in reverse, exits.
 *
 * starting → ready → draining → exit. A part that fails to open, or `fatal`, goes straight to draining with code 1;
 * parts opened so far are closed. An error nobody caught exits at once: what the process holds cannot be trusted then,
 * and what was not committed will be redelivered.
 */
export async function runService(options: ServiceOptions): Promise<number> {
  const { logger, host = processHost } = options;
  const run = new ServiceRun(options);
  const detach = [
    host.onSignal('SIGTERM', () => run.stop('SIGTERM')),
    host.onSignal('SIGINT', () => run.stop('SIGINT')),
    host.onUncaught((error) => {
      logger.fatal({ err: error }, names.logs.service.uncaught);
      host.exit(exitCodes.failed);
    }),
    ...(options.parent === 'pipe' ? [host.onParentGone(() => run.stop('parent gone'))] : []),
  ];
  logger.info({ settings: options.settings }, names.logs.service.starting);
  const code = await run.toTheEnd();
  logger.info({ exitCode: code }, names.logs.service.stopped);
  for (const remove of detach) remove();
  host.exit(code);
  return code;
}

class ServiceRun {
  readonly #options: ServiceOptions;
  readonly #stopping = new AbortController();
  readonly #stopped: Promise<void>;
  #exitCode: number = exitCodes.stopped;
  readonly #opened: Part[] = [];

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#stopped = new Promise((resolve) =>
      this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }

  stop(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#options.logger.info({ reason }, names.logs.service.draining);
    this.#phase('draining');
    this.#stopping.abort(new Error(reason));
  }

  fatal(error: Error, exitCode: number = exitCodeOf(error)): void {
    if (
      this.#exitCode !== exitCodes.fenced &&
      (this.#exitCode === exitCodes.stopped || exitCode === exitCodes.fenced)
    ) {
      this.#options.logger.fatal({ err: error, exitCode }, names.logs.service.fatal);
      this.#exitCode = exitCode;
    }
    this.stop('fatal');
  }

  async toTheEnd(): Promise<number> {
    // Not one after the other: a part may be opening for as long as its dependency is away.
    void this.#openAll();
    await this.#stopped;
    await this.#closeAll();
    return this.#exitCode;
  }

  async #openAll(): Promise<void> {
    const { logger } = this.#options;
    try {
      for (const part of this.#parts()) {
        if (this.#stopping.signal.aborted) return;
        this.#opened.push(part); // before `open`: a part that failed half-way may hold something
        await part.open();
        logger.debug({ part: part.name }, names.logs.service.opened);
      }
      if (this.#stopping.signal.aborted) return;
      this.#phase('ready');
      logger.info(names.logs.service.ready);
    } catch (error) {
      if (this.#stopping.signal.aborted) return; // it was waiting, and gave up because we asked it to
      logger.fatal({ err: error, part: this.#opened.at(-1)?.name }, names.logs.service.failedToStart);
      if (this.#exitCode === exitCodes.stopped) this.#exitCode = exitCodeOf(error as Error);
      this.stop('failed to start');
    }
  }

  #parts(): readonly Part[] {
    const { parts, health } = this.#options;
    const own =
      typeof parts === 'function'
        ? parts({ fatal: (error, code) => this.fatal(error, code), stopping: this.#stopping.signal })
        : parts;
    return health !== undefined && 'open' in health ? [health, ...own] : own;
  }

  async #closeAll(): Promise<void> {
    const { logger, graceMs } = this.#options;
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), graceMs);
    const closing = this.#closeInReverse();
    if ((await Promise.race([closing, late.promise])) === 'late') {
      logger.error({ graceMs, part: this.#opened.at(-1)?.name }, names.logs.service.graceExceeded);
      if (this.#exitCode === exitCodes.stopped) this.#exitCode = exitCodes.failed;
    }
    clearTimeout(timer);
  }

  async #closeInReverse(): Promise<void> {
    const { logger } = this.#options;
    for (let part = this.#opened.at(-1); part !== undefined; part = this.#opened.at(-1)) {
      try {
        await part.close();
        logger.debug({ part: part.name }, names.logs.service.closed);
      } catch (error) {
        logger.error({ err: error, part: part.name }, names.logs.service.closeFailed);
        if (this.#exitCode === exitCodes.stopped) this.#exitCode = exitCodes.failed;
      }
      this.#opened.pop();
    }
  }

  #phase(phase: 'ready' | 'draining'): void {
    const { health } = this.#options;
    if (health === undefined) return;
    ('health' in health ? health.health : health).enter(phase);
  }
}

const listening = (event: string, listener: (value: never) => void): (() => void) => {
  process.on(event, listener as () => void);
  return () => process.off(event, listener as () => void);
};

/** The real process. */
export const processHost: ProcessHost = {
  onSignal: (signal, listener) => listening(signal, listener),
  onUncaught: (listener) => {
    const both = [listening('uncaughtException', listener), listening('unhandledRejection', listener)];
    return () => {
      for (const remove of both) remove();
    };
  },
  onParentGone: (listener) => {
    process.stdin.on('end', listener).on('error', listener).resume();
    return () => process.stdin.off('end', listener).off('error', listener).destroy();
  },
  exit: (code) => {
    process.exit(code);
  },
};
