import { topicSpecs } from '@millrace/contracts';
import { connectKafka } from '@millrace/kafka';
import { createLogger } from '@millrace/service';

export interface ProvisionTopicsOptions {
  readonly brokers: readonly string[];
  readonly groups: readonly string[];
}

/** Creates what is missing of the topics. Resolves with what was done, in words. */
export const provisionTopics = async ({ brokers, groups }: ProvisionTopicsOptions): Promise<string> => {
  const kafka = connectKafka({
    brokers,
    clientId: 'millrace-provision',
    logger: createLogger({ service: 'provision', level: 'silent' }),
  });
  try {
    const wanted = topicSpecs(groups);
    const existing = new Set((await kafka.admin.describeTopics()).map(({ name }) => name));
    const missing = wanted.filter(({ name }) => !existing.has(name));
    await kafka.admin.createTopics(missing);
    return missing.length === 0 ? `all ${wanted.length} there` : `${missing.length} created`;
  } finally {
    await kafka.close();
  }
};

export const registerSchemas = async (_options: { readonly registryUrl: string }): Promise<string> => 'none yet';
