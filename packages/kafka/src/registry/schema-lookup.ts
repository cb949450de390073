import { Agent } from 'node:https';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { type RegistryAddress, readRegistryCa, registryRequests, registryTimeoutMs } from './registry-http.ts';
import { findSchemaId } from './schema-admin.ts';

/** What a running service asks the registry: which id its schema has, and which schema an id has. */
export interface SchemaLookup {
  /** Null when this subject does not have this schema. */
  id(subject: string, schema: object): Promise<number | null>;
  /** As JSON, so that the type is built with the reader's own Avro library. */
  schema(id: number): Promise<object>;
  isReachable(timeoutMs: number): Promise<boolean>;
}

interface ClientRequest {
  enhance(changes: { readonly timeout: number }): ClientRequest;
}

/** Over the registry client, which deduplicates and keeps what it has read; given a deadline, which it lacks. */
export function createSchemaLookup(address: RegistryAddress): SchemaLookup {
  const timeoutMs = address.timeoutMs ?? registryTimeoutMs;
  const withDeadline = (): object => ({ request: (request: ClientRequest) => request.enhance({ timeout: timeoutMs }) });
  const client = new SchemaRegistry({
    host: address.url.replace(/\/+$/, ''),
    clientId: 'millrace',
    ...(address.auth === undefined ? {} : { auth: address.auth }),
    ...(address.caFile === undefined ? {} : { agent: new Agent({ ca: readRegistryCa(address.caFile) }) }),
    // Complete on purpose: what is left out is taken from an object that all instances share and change.
    retry: { retries: 1, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1, factor: 0.2, multiplier: 2 },
    middlewares: [withDeadline as never],
  });
  const request = registryRequests(address);
  return {
    id: (subject, schema) => findSchemaId(request, subject, schema),
    schema: async (id) => JSON.parse(JSON.stringify(await client.getSchema(id))) as object,
    isReachable: async (limitMs) => {
      try {
        const { status } = await registryRequests({ ...address, timeoutMs: limitMs })('GET', '/subjects');
        return status === 200;
      } catch {
        return false;
      }
    },
  };
}
