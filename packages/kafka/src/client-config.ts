import type { Socket } from 'node:net';
import type { Logger } from '@millrace/service';

export interface SaslCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** How any client of ours reaches the cluster. */
export interface ClientConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  readonly tls?: boolean;
  readonly sasl?: SaslCredentials;
  /** Opens the TCP connection to a broker, where that is not a plain one: a tunnel, a proxy, a fault in a test. */
  readonly openSocket?: (host: string, port: number) => Socket;
}
