/**
 * The parts of kafkajs 2.2.4 below its public API that we stand on: it is pinned, patched and no longer
 * released, so these do not move. Only what is used is declared.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { KafkaConfig, Logger } from 'kafkajs';

  export interface Broker {
    readonly nodeId: number;
    /** By the number of the request; null before it is connected. */
    readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
    readonly connectionPool: { send(request: ProtocolRequest): Promise<unknown> };
    isConnected(): boolean;
    lookupRequest(apiKey: number, definition: unknown): (payload: object) => ProtocolRequest;
    fetch(request: object): Promise<{ readonly responses: readonly FetchedTopic[] }>;
    listOffsets(request: object): Promise<{
      readonly responses: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[];
    }>;
    metadata(topics: readonly string[]): Promise<BrokerMetadata>;
    heartbeat(request: {
      readonly groupId: string;
      readonly memberId: string;
      /** From our patch. */
      readonly groupInstanceId: string | null;
      readonly groupGenerationId: number;
    }): Promise<unknown>;
    leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
    offsetCommit(request: object): Promise<unknown>;
    offsetFetch(request: object): Promise<{
      readonly responses: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly offset: string;
          readonly metadata: string | null;
        }[];
      }[];
    }>;
  }

  export interface ProtocolRequest {
    readonly request: { encode(): Promise<unknown> };
    readonly response: { decode(data: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> };
    readonly logResponseError?: boolean;
  }

  export interface FetchedTopic {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }

  export interface FetchedPartition {
    readonly partition: number;
    /** From our patch: those that are left for the partition. */
    readonly errorCode: number;
    readonly highWatermark: string;
    readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
    /** From our patch: as they came. */
    readonly messages: Buffer;
  }

  export interface BrokerMetadata {
    readonly brokers: readonly { readonly nodeId: number }[];
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
    }[];
  }

  export default class Cluster {
    constructor(options: {
      readonly brokers: readonly string[];
      readonly clientId: string;
      readonly logger: Logger;
      readonly socketFactory: unknown;
      readonly ssl: unknown;
      readonly sasl?: NonNullable<KafkaConfig['sasl']>;
      readonly reauthenticationThreshold: number;
      readonly connectionTimeout: number;
      readonly authenticationTimeout: number;
      readonly requestTimeout: number;
      readonly enforceRequestTimeout: boolean;
      readonly metadataMaxAge: number;
      readonly retry: object;
      readonly allowAutoTopicCreation: boolean;
      readonly maxInFlightRequests: number | null;
      readonly isolationLevel: number;
    });
    readonly brokerPool: {
      readonly metadata: BrokerMetadata | null;
      refreshMetadata(topics: readonly string[]): Promise<void>;
      getNodeIds(): readonly string[];
      findConnectedBroker(): Promise<Broker>;
    };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    findBroker(node: { readonly nodeId: number }): Promise<Broker>;
    findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    fetchTopicsOffset(
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number }[];
        readonly fromTimestamp: number;
      }[],
    ): Promise<
      readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[]
    >;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  const crc32c: (data: Buffer) => number;
  export default crc32c;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  const protocol: {
    readonly requests: { readonly Produce: unknown; readonly Metadata: unknown };
    lookup(versions: object): (apiKey: number, definition: unknown) => (payload: object) => object;
  };
  export default protocol;
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: { readonly Produce: number; readonly Metadata: number };
  export default apiKeys;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  const ConsumerGroup: object;
  export default ConsumerGroup;
}

declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(code: number): Error;
}

declare module 'kafkajs/src/broker/saslAuthenticator/plain.js' {
  import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs';

  const provide: (secrets: {
    readonly username: string;
    readonly password: string;
  }) => (connecting: AuthenticationProviderArgs) => Authenticator;
  export default provide;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram256.js' {
  export { default } from 'kafkajs/src/broker/saslAuthenticator/plain.js';
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  export { default } from 'kafkajs/src/broker/saslAuthenticator/plain.js';
}
