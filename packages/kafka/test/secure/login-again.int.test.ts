import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type SecuredKafka, secret, startSecuredKafka, user } from './secured-kafka.ts';
import { clientId, clientSecret } from './token-endpoint.ts';
import { collecting, connectSecure, type SecureOptions } from './use-everything.ts';

const loadMs = 22_000;
const atOnce = 4;
/** Of each caller: a load that leaves the machine to others for these seconds, and no wait for anything. */
const paceMs = 20;

let kafka: SecuredKafka;
beforeAll(async () => {
  kafka = await startSecuredKafka();
});
afterAll(() => kafka.stop());

describe('a session at the broker that ends while records flow', () => {
  it(
    'is renewed on the same connections, by password and by token: no request fails, nothing is sent twice',
    async () => {
      kafka.tokens.setLife(12);
      const before = kafka.tokens.issued();
      const byPassword: SecureOptions = {
        brokers: kafka.brokers.shortSession,
        saslMechanism: 'scram-sha-256',
        saslUsername: user,
        saslPassword: secret,
      };
      const byToken: SecureOptions = {
        brokers: kafka.brokers.token,
        tls: true,
        tlsCaFile: await kafka.file('trusted.pem', kafka.authority.certificate),
        saslMechanism: 'oauthbearer',
        saslTokenUrl: kafka.tokens.tokenUrl,
        saslTokenClientId: clientId,
        saslTokenClientSecret: clientSecret,
        saslTokenScope: 'kafka',
      };
      const runs = drivers.flatMap((driver) => [byPassword, byToken].map((options) => flow(driver, options)));
      for (const { sent, received, retries, recycles, assignments } of await Promise.all(runs)) {
        expect({ retries, recycles, assignments }).toEqual({ retries: 0, recycles: 0, assignments: 1 });
        expect(received).toBe(sent);
        expect(sent).toBeGreaterThan(500);
      }
      // Each of the two asked for a first one and renewed it at least twice.
      expect(kafka.tokens.issued() - before).toBeGreaterThanOrEqual(6);
    },
    loadMs + 60_000,
  );
});

interface Flow {
  readonly sent: number;
  readonly received: number;
  readonly retries: number;
  readonly recycles: number;
  readonly assignments: number;
}

/** Produces steadily and consumes in a group for longer than two sessions. */
async function flow(driver: (typeof drivers)[number], options: SecureOptions): Promise<Flow> {
  const broker = connectSecure(driver, options);
  const topic = testNamespace();
  await broker.admin.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = await broker.createProducer();
  const received: string[] = [];
  let assignments = 0;
  const member = await broker.createMember({
    group: topic,
    topics: [topic],
    listener: collecting(received, () => {
      assignments += 1;
    }),
  });
  await member.start();
  let sent = 0;
  const end = performance.now() + loadMs;
  const send = async (): Promise<void> => {
    while (performance.now() < end) {
      await producer.send({ topic, key: null, value: Buffer.from('x'), headers: [] });
      sent += 1;
      await sleep(paceMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  await until(() => received.length >= sent, 'everything sent is received');
  const { retries, recycles } = producer.stats();
  await broker.close();
  return { sent, received: received.length, retries, recycles, assignments };
}
