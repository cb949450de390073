import type { Socket } from 'node:net';
import type { Logger } from '@millrace/service';

export type SaslMechanism = 'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** How any client of ours reaches the cluster. */
export interface ClientConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  readonly tls?: boolean;
  /** `none` when absent. */
  readonly saslMechanism?: SaslMechanism;
  readonly saslUsername?: string | undefined;
  readonly saslPassword?: string | undefined;
  /** Opens the TCP connection to a broker, where that is not a plain one: a tunnel, a proxy, a fault in a test. */
  readonly openSocket?: (host: string, port: number) => Socket;
}
