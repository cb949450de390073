import { type Topic, topicSpecs, topics } from '@millrace/contracts';
import { connectKafka, connectSchemaAdmin, provision } from '@millrace/kafka';
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

/** Registers every schema that is not, each checked against what is registered first. Resolves with what was done, in words. */
export const registerSchemas = async ({ registryUrl }: { readonly registryUrl: string }): Promise<string> => {
  const registry = connectSchemaAdmin({ url: registryUrl });
  const all: readonly Topic<never>[] = Object.values(topics);
  const registered = await Promise.all(all.map(({ subject, schema }) => registry.register(subject, schema)));
  const fresh = registered.filter(({ isNew }) => isNew).length;
  return fresh === 0 ? `${registered.length} registered before` : `${fresh} registered`;
};
