import { setTimeout as pause } from 'node:timers/promises';
import { type Topic, topicSpecs, topics } from '@millrace/contracts';
import { connectKafka, connectSchemaAdmin, provision, type RegisteredSchema, type SchemaAdmin } from '@millrace/kafka';
import { isCodedError } from '@millrace/messaging';
import { createLogger } from '@millrace/service';

const silent = createLogger({ service: 'supervisor', level: 'silent' });

export interface ProvisionTopicsOptions {
  readonly brokers: readonly string[];
  /** Consumer groups of the flows: each has retry, dead-letter and lane topics of its own. */
  readonly groups: readonly string[];
  readonly replicationFactor?: number;
}

/** Makes the cluster's topics what they should be. Resolves with what was done, in words. */
export const provisionTopics = async ({
  brokers,
  groups,
  replicationFactor = 1,
}: ProvisionTopicsOptions): Promise<string> => {
  const kafka = connectKafka({ brokers, clientId: 'millrace-provision', logger: silent });
  try {
    const { steps, unchanged } = await provision(kafka.admin, topicSpecs(groups, { replicationFactor }));
    return steps.length === 0
      ? `${unchanged} as they should be`
      : `${steps.length} created or changed, ${unchanged} as they should be`;
  } finally {
    await kafka.close();
  }
};

/** A registry that just started answers its first requests slowly; few at a time, each with room, and asked again. */
const registering = { atOnce: 3, timeoutMs: 20_000, tries: 5, pauseMs: 1_000 } as const;

/** Registers every schema that is not, each checked against what is registered first. Resolves with what was done, in words. */
export const registerSchemas = async ({ registryUrl }: { readonly registryUrl: string }): Promise<string> => {
  const registry = connectSchemaAdmin({ url: registryUrl, timeoutMs: registering.timeoutMs });
  const waiting: Topic<never>[] = Object.values(topics);
  const total = waiting.length;
  let fresh = 0;
  const work = async (): Promise<void> => {
    for (let topic = waiting.shift(); topic !== undefined; topic = waiting.shift()) {
      const { isNew } = await registerPatiently(registry, topic);
      if (isNew) fresh += 1;
    }
  };
  await Promise.all(Array.from({ length: registering.atOnce }, work));
  return fresh === 0 ? `${total} registered before` : `${fresh} registered`;
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
