import { writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KafkaBroker, SaslMechanism } from '../../src/index.ts';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type SecuredKafka, secret, startSecuredKafka, user } from './secured-kafka.ts';
import {
  collecting,
  connectSecure,
  everythingSaid,
  failureOf,
  type SecureOptions,
  useEverything,
} from './use-everything.ts';

const mechanisms: readonly SaslMechanism[] = ['plain', 'scram-sha-256', 'scram-sha-512'];

let kafka: SecuredKafka;
const opened: KafkaBroker[] = [];

beforeAll(async () => {
  kafka = await startSecuredKafka();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((broker) => broker.close()));
});
afterAll(() => kafka.stop());

describe.each(drivers)('a login by password over %s', (driver) => {
  const connect = (options: SecureOptions): KafkaBroker => {
    const broker = connectSecure(driver, options);
    opened.push(broker);
    return broker;
  };
  const login = { saslUsername: user, saslPassword: secret };

  it.each(mechanisms)('lets every connection in by %s', async (saslMechanism) => {
    const broker = connect({ brokers: kafka.brokers.password, saslMechanism, ...login });
    await useEverything(broker, testNamespace());
  });

  it.each(mechanisms)('lets every connection in by %s inside TLS', async (saslMechanism) => {
    const tlsCaFile = await kafka.file('ca.pem', kafka.authority.certificate);
    const broker = connect({ brokers: kafka.brokers.passwordTls, tls: true, tlsCaFile, saslMechanism, ...login });
    await useEverything(broker, testNamespace());
  });

  it.each(mechanisms)(
    'says by code which setting to mend when %s is refused, and never the secret',
    async (saslMechanism) => {
      const wrong = 'Tr0ub4dor-and-3';
      const broker = connect({
        brokers: kafka.brokers.password,
        saslMechanism,
        saslUsername: user,
        saslPassword: wrong,
        producer: { deliveryTimeoutMs: 1_500 },
      });
      const error = await failureOf(broker.admin.describeTopics());
      expect(error).toMatchObject({
        code: 'X_KAFKA_LOGIN_REFUSED',
        disposition: { kind: 'halt' },
        unavailable: true,
        message: expect.stringContaining('MILLRACE_KAFKA_PASSWORD'),
      });
      const producer = await broker.createProducer();
      const undelivered = await failureOf(
        producer.send({ topic: 'any', key: null, value: Buffer.from('x'), headers: [] }),
      );
      expect(undelivered).toMatchObject({
        code: 'X_DELIVERY_FAILED',
        ambiguous: false,
        unavailable: true,
        message: expect.stringContaining('refuses the login'),
      });
      expect(broker.readiness()).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/^X_KAFKA_LOGIN_REFUSED: /),
      });
      expect(await broker.isReachable(2_000)).toBe(false);
      expect(everythingSaid(error) + everythingSaid(undelivered) + broker.readiness().reason).not.toContain(wrong);
    },
  );

  it('asks a broker that refuses it ever more slowly, however many wait for it', async () => {
    let connections = 0;
    const broker = connect({
      brokers: kafka.brokers.password,
      saslMechanism: 'scram-sha-256',
      saslUsername: user,
      saslPassword: 'wrong',
      openSocket: (host, port) => {
        connections += 1;
        return connectSocket({ host, port });
      },
    });
    const until = performance.now() + 2_500;
    let asked = 0;
    while (performance.now() < until) {
      await Promise.all(
        Array.from({ length: 5 }, () =>
          expect(broker.admin.describeTopics()).rejects.toMatchObject({ code: 'X_KAFKA_LOGIN_REFUSED' }),
        ),
      );
      asked += 5;
    }
    expect(asked).toBeGreaterThan(15);
    // At 0, 1 and 3 seconds, by an asker or two each.
    expect(connections).toBeLessThan(8);
  });

  it('joins a group by itself once the password in the file is right', async () => {
    const topic = testNamespace();
    const admin = connect({ brokers: kafka.brokers.plain });
    await admin.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    const saslPasswordFile = await kafka.file(`${topic}.password`, 'not yet\n');
    const broker = connect({
      brokers: kafka.brokers.password,
      saslMechanism: 'scram-sha-512',
      saslUsername: user,
      saslPasswordFile,
    });
    const member = await broker.createMember({ group: topic, topics: [topic], listener: collecting([]) });
    const joined = member.start();
    await until(() => !broker.readiness().ok, 'the login is refused');
    await writeFile(saslPasswordFile, `${secret}\n`);
    await joined;
    expect(broker.readiness()).toEqual({ ok: true });
  });

  it('says that the listener does not offer the login', async () => {
    const broker = connect({
      brokers: kafka.brokers.token,
      tls: true,
      saslMechanism: 'plain',
      ...login,
      tlsCaFile: await kafka.file('ca.pem', kafka.authority.certificate),
    });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_LOGIN_REFUSED',
      message: expect.stringContaining('MILLRACE_KAFKA_SASL'),
    });
    expect(broker.readiness().ok).toBe(false);
  });

  it('says that the listener takes no login', async () => {
    const broker = connect({ brokers: kafka.brokers.plain, saslMechanism: 'plain', ...login });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_LOGIN_REFUSED',
      message: expect.stringContaining('MILLRACE_KAFKA_SASL'),
    });
  });

  it('stays unavailable, not refused, while no broker is there', async () => {
    const broker = connect({ brokers: ['127.0.0.1:1'], saslMechanism: 'scram-sha-256', ...login });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_UNAVAILABLE',
      disposition: { kind: 'retry' },
      unavailable: true,
    });
    expect(broker.readiness()).toEqual({ ok: true });
  });
});
