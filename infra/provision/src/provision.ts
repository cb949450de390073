import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProvisionedTopic, type Topic, topicSpecs, topics } from '@millrace/contracts';
import { type Flows, topicsBeside } from '@millrace/flows';
import {
  connectKafka,
  connectSchemaAdmin,
  type KafkaOptions,
  provision,
  type RegisteredSchema,
  type RegistryAddress,
  type SchemaAdmin,
} from '@millrace/kafka';
import { isCodedError } from '@millrace/messaging';
import { createLogger } from '@millrace/service';

const silent = createLogger({ service: 'supervisor', level: 'silent' });

export interface ProvisionTopicsOptions {
  /** How the cluster is reached. */
  readonly kafka: Omit<KafkaOptions, 'clientId' | 'logger'>;
  /** Each consumer group of theirs has retry, dead-letter and lane topics of its own. */
  readonly flows: Flows;
  /** How many brokers keep each record. No default: 1 is right on a cluster of one broker alone. */
  readonly replicationFactor: number;
}

/** Makes the cluster's topics what they should be. Resolves with what was done, in words. */
export const provisionTopics = async ({
  kafka: reached,
  flows,
  replicationFactor,
}: ProvisionTopicsOptions): Promise<string> => {
  const kafka = connectKafka({ ...reached, clientId: 'millrace-provision', logger: silent });
  try {
    const { steps, unchanged } = await provision(kafka.admin, specsOf(flows, replicationFactor));
    return steps.length === 0
      ? `${unchanged} as they should be`
      : `${steps.length} created or changed, ${unchanged} as they should be`;
  } finally {
    await kafka.close();
  }
};

export const specsOf = (flows: Flows, replicationFactor: number): readonly ProvisionedTopic[] =>
  topicSpecs(flows.groups(), {
    replicationFactor,
    beside: topicsBeside(flows).map(({ topic, like }) => ({ name: topic.name, like })),
  });

/** A registry that just started answers its first requests slowly; few at a time, each with room, and asked again. */
const registering = { atOnce: 3, timeoutMs: 20_000, tries: 5, pauseMs: 1_000 } as const;

export interface RegisterSchemasOptions {
  readonly registry: RegistryAddress;
  readonly flows: Flows;
  /** A file beside the registry's own data that remembers which schemas it has; without it every one is checked. */
  readonly stamp?: string;
}

/** Registers every schema that is not, each checked against what is registered first. Resolves with what was done, in words. */
export const registerSchemas = async ({ registry: address, flows, stamp }: RegisterSchemasOptions): Promise<string> => {
  const wanted = [...(Object.values(topics) as Topic<never>[]), ...topicsBeside(flows).map(({ topic }) => topic)];
  const schemas = digestOfSchemas(wanted);
  if (stamp !== undefined && (await isStamped(stamp, schemas)) && (await hasAllSubjects(address.url, wanted))) {
    return `${wanted.length} registered before`;
  }
  const registry = connectSchemaAdmin({ ...address, timeoutMs: registering.timeoutMs });
  const waiting = [...wanted];
  const total = waiting.length;
  let fresh = 0;
  const work = async (): Promise<void> => {
    for (let topic = waiting.shift(); topic !== undefined; topic = waiting.shift()) {
      const { isNew } = await registerPatiently(registry, topic);
      if (isNew) fresh += 1;
    }
  };
  await Promise.all(Array.from({ length: registering.atOnce }, work));
  if (stamp !== undefined) await writeFile(stamp, schemas);
  return fresh === 0 ? `${total} registered before` : `${fresh} registered`;
};

const digestOfSchemas = (wanted: readonly Topic<never>[]): string =>
  createHash('sha256')
    .update(JSON.stringify(wanted.map(({ subject, schema }) => [subject, schema])))
    .digest('hex');

const isStamped = async (stamp: string, schemas: string): Promise<boolean> =>
  (await readFile(stamp, 'utf8').catch(() => '')) === schemas;

/** One request instead of several for each: a registry that lost its data has not all of them. */
const hasAllSubjects = async (registryUrl: string, wanted: readonly Topic<never>[]): Promise<boolean> => {
  try {
    const response = await fetch(`${registryUrl}/subjects`, { signal: AbortSignal.timeout(registering.timeoutMs) });
    const subjects = new Set((await response.json()) as readonly string[]);
    return response.ok && wanted.every(({ subject }) => subjects.has(subject));
  } catch {
    return false;
  }
};

/** Registering twice changes nothing, so an answer that was lost is simply asked for again. */
async function registerPatiently(registry: SchemaAdmin, { subject, schema }: Topic<never>): Promise<RegisteredSchema> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await registry.register(subject, schema);
    } catch (error) {
      if (!isCodedError(error) || !error.unavailable || attempt === registering.tries) throw error;
      await pause(registering.pauseMs);
    }
  }
}
