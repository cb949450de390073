import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KafkaBroker } from '../../src/index.ts';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { type SecuredKafka, startSecuredKafka } from './secured-kafka.ts';
import { clientId, clientSecret } from './token-endpoint.ts';
import { connectSecure, everythingSaid, failureOf, type SecureOptions, useEverything } from './use-everything.ts';

let kafka: SecuredKafka;
let tlsCaFile = '';
const opened: KafkaBroker[] = [];

beforeAll(async () => {
  kafka = await startSecuredKafka();
  tlsCaFile = await kafka.file('trusted.pem', kafka.authority.certificate);
});
beforeEach(() => {
  kafka.tokens.setLife(300);
  kafka.tokens.setFailing(null);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((broker) => broker.close()));
});
afterAll(() => kafka.stop());

describe.each(drivers)('a login by token over %s', (driver) => {
  const connect = (options: Partial<SecureOptions> = {}): KafkaBroker => {
    const broker = connectSecure(driver, {
      brokers: kafka.brokers.token,
      tls: true,
      tlsCaFile,
      saslMechanism: 'oauthbearer',
      ...options,
    });
    opened.push(broker);
    return broker;
  };
  const endpoint = (): Partial<SecureOptions> => ({
    saslTokenUrl: kafka.tokens.tokenUrl,
    saslTokenClientId: clientId,
    saslTokenClientSecret: clientSecret,
    saslTokenScope: 'kafka',
  });

  it('lets every connection in with one token from the endpoint', async () => {
    const before = kafka.tokens.issued();
    await useEverything(connect(endpoint()), testNamespace());
    expect(kafka.tokens.issued() - before).toBe(1);
  });

  it('lets in with the token of a file, and again with the next when the broker does not accept it', async () => {
    const saslTokenFile = await kafka.file(`${testNamespace()}.jwt`, `${kafka.tokens.token(300)}\n`);
    expect(await connect({ saslTokenFile }).isReachable(5_000)).toBe(true);

    await writeFile(saslTokenFile, kafka.tokens.token(-3_600));
    const broker = connect({ saslTokenFile });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_LOGIN_REFUSED',
      disposition: { kind: 'halt' },
      unavailable: true,
    });
    expect(broker.readiness().ok).toBe(false);
    await writeFile(saslTokenFile, kafka.tokens.token(300));
    await until(() => broker.isReachable(2_000), 'the next token is shown', 5_000);
    expect(broker.readiness()).toEqual({ ok: true });
  });

  it('says that the broker does not accept a token that a stranger has signed', async () => {
    const token = kafka.tokens.token(300, 'a stranger');
    const broker = connect({ saslTokenFile: await kafka.file(`${testNamespace()}.jwt`, token) });
    const error = await failureOf(broker.admin.describeTopics());
    expect(error).toMatchObject({ code: 'X_KAFKA_LOGIN_REFUSED', message: expect.stringContaining('token') });
    expect(everythingSaid(error)).not.toContain(token);
  });

  it('says that the endpoint refuses the client, and never its secret', async () => {
    const wrong = 'not-the-secret';
    const broker = connect({ ...endpoint(), saslTokenClientSecret: wrong });
    const error = await failureOf(broker.admin.describeTopics());
    expect(error).toMatchObject({
      code: 'X_TOKEN_REFUSED',
      disposition: { kind: 'halt' },
      unavailable: true,
      message: expect.stringContaining('401 invalid_client'),
    });
    expect(everythingSaid(error)).not.toContain(wrong);
    expect(broker.readiness()).toMatchObject({ ok: false, reason: expect.stringMatching(/^X_TOKEN_REFUSED/) });
  });

  it('waits for an endpoint that is away, and goes on by itself', async () => {
    kafka.tokens.setFailing(503);
    const broker = connect(endpoint());
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_TOKEN_UNAVAILABLE',
      disposition: { kind: 'retry' },
      unavailable: true,
    });
    kafka.tokens.setFailing(null);
    await until(() => broker.isReachable(2_000), 'the endpoint is asked again');
    expect(broker.readiness()).toEqual({ ok: true });
  });
});
