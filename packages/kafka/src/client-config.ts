import type { Socket } from 'node:net';
import type { Logger } from '@millrace/service';
import type { Access } from './access/access.ts';

/** How any client of ours reaches the cluster. */
export interface ClientConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  /** How it gets in; plain text and no login when absent. */
  readonly access?: Access;
  /** Opens the TCP connection to a broker, where that is not a plain one: a tunnel, a proxy, a fault in a test. */
  readonly openSocket?: (host: string, port: number) => Socket;
}
