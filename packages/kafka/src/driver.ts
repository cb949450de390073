import type { BrokerAdmin, BrokerCapabilities, GroupMember, MemberOptions } from '@millrace/messaging';
import type { ClientConfig } from './client-config.ts';
import type { MemberSettings } from './membership/member-settings.ts';
import type { Compression, ProduceTransport } from './producer/produce-transport.ts';
import type { LogAccess } from './reading/log-access.ts';

/** What a client library does for the broker port; everything else is the same over either. */
export interface Driver {
  readonly capabilities: BrokerCapabilities;
  readonly admin: DriverAdmin;
  createTransport(options: TransportOptions): ProduceTransport;
  createMember(options: DriverMemberOptions): GroupMember;
  /** A connection of its own for reading without a group. */
  createLog(requestTimeoutMs: number): LogAccess;
}

export interface DriverAdmin extends BrokerAdmin {
  /** The largest record batch a topic accepts; null where the brokers do not tell this client. */
  maxMessageBytes(topic: string): Promise<number | null>;
  isReachable(timeoutMs: number): Promise<boolean>;
  close(): void;
}

export interface TransportOptions {
  readonly config: ClientConfig;
  readonly compression: Compression;
  /** How long the leader may wait for its replicas. */
  readonly ackTimeoutMs: number;
  /** A leader that has not answered by then is given up, and with it its connection. */
  readonly requestTimeoutMs: number;
  readonly maxMessageBytes: (topic: string) => Promise<number>;
}

export interface DriverMemberOptions extends MemberOptions {
  readonly config: ClientConfig;
  readonly settings: MemberSettings;
}
