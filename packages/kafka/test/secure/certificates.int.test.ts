import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KafkaBroker } from '../../src/index.ts';
import { drivers, testNamespace, until } from '../kafka-harness.ts';
import { createAuthority } from './authority.ts';
import { type SecuredKafka, secret, startSecuredKafka, user } from './secured-kafka.ts';
import { connectSecure, failureOf, type SecureOptions, useEverything } from './use-everything.ts';

let kafka: SecuredKafka;
let tlsCaFile = '';
let otherCaFile = '';
const opened: KafkaBroker[] = [];

beforeAll(async () => {
  kafka = await startSecuredKafka();
  tlsCaFile = await kafka.file('trusted.pem', kafka.authority.certificate);
  otherCaFile = await kafka.file('others.pem', (await createAuthority('others')).certificate);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((broker) => broker.close()));
});
afterAll(() => kafka.stop());

/** A certificate and key of its own, in files. */
async function identity(
  issue: SecuredKafka['authority']['issue'],
): Promise<{ readonly tlsCertificateFile: string; readonly tlsKeyFile: string }> {
  const name = testNamespace();
  const { certificate, key } = await issue(name);
  return {
    tlsCertificateFile: await kafka.file(`${name}.pem`, certificate),
    tlsKeyFile: await kafka.file(`${name}.key`, key),
  };
}

describe.each(drivers)('TLS over %s', (driver) => {
  const connect = (options: SecureOptions): KafkaBroker => {
    const broker = connectSecure(driver, { tls: true, ...options });
    opened.push(broker);
    return broker;
  };
  /** A broker looks at our certificate after we think that all is done, so the first request may only find a closed connection. */
  const refusal = async (broker: KafkaBroker): Promise<Error & { readonly code?: string }> => {
    let last: Error & { readonly code?: string } = new Error('nothing yet');
    await until(async () => {
      last = await failureOf(broker.admin.describeTopics());
      return last.code !== 'X_KAFKA_UNAVAILABLE';
    }, 'a refusal');
    return last;
  };

  it('lets every connection in that shows a certificate of the brokers’ authority', async () => {
    const mine = await identity(kafka.authority.issue);
    await useEverything(connect({ brokers: kafka.brokers.mutualTls, tlsCaFile, ...mine }), testNamespace());
  });

  it('says that the brokers do not accept a certificate of another authority', async () => {
    const strange = await identity((await createAuthority('strangers')).issue);
    const broker = connect({ brokers: kafka.brokers.mutualTls, tlsCaFile, ...strange });
    expect(await refusal(broker)).toMatchObject({
      code: 'X_KAFKA_CERTIFICATE_REFUSED',
      disposition: { kind: 'halt' },
      unavailable: true,
      message: expect.stringContaining('MILLRACE_KAFKA_CERTIFICATE_FILE'),
    });
    expect(broker.readiness()).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^X_KAFKA_CERTIFICATE_REFUSED/),
    });
  });

  it('says that the brokers want a certificate', async () => {
    const broker = connect({ brokers: kafka.brokers.mutualTls, tlsCaFile });
    expect(await refusal(broker)).toMatchObject({ code: 'X_KAFKA_CERTIFICATE_REFUSED' });
  });

  it('comes in by itself with a renewed certificate', async () => {
    const strange = await identity((await createAuthority('strangers')).issue);
    const broker = connect({ brokers: kafka.brokers.mutualTls, tlsCaFile, ...strange });
    await refusal(broker);
    const { certificate, key } = await kafka.authority.issue('renewed');
    await Promise.all([writeFile(strange.tlsCertificateFile, certificate), writeFile(strange.tlsKeyFile, key)]);
    await until(() => broker.isReachable(2_000), 'the renewed certificate is shown', 5_000);
    expect(broker.readiness()).toEqual({ ok: true });
  });

  const login = { saslMechanism: 'scram-sha-256', saslUsername: user, saslPassword: secret } as const;

  it('says that the brokers’ certificate is not trusted', async () => {
    const broker = connect({ brokers: kafka.brokers.passwordTls, tlsCaFile: otherCaFile, ...login });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_CERTIFICATE_UNTRUSTED',
      disposition: { kind: 'halt' },
      unavailable: true,
      message: expect.stringContaining('MILLRACE_KAFKA_CA_FILE'),
    });
    expect(broker.readiness().ok).toBe(false);
  });

  it('accepts the certificate of the name that it is told to expect, and no other', async () => {
    const expecting = (tlsServerName: string): KafkaBroker =>
      connect({ brokers: kafka.brokers.passwordTls, tlsCaFile, tlsServerName, ...login });
    expect(await expecting('kafka.internal').isReachable(5_000)).toBe(true);
    await expect(expecting('kafka.elsewhere').admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_CERTIFICATE_UNTRUSTED',
      message: expect.stringContaining('MILLRACE_KAFKA_SERVER_NAME'),
    });
  });

  it.each([
    ['is not there', undefined, /MILLRACE_KAFKA_CA_FILE: .* cannot be read \(ENOENT\)/],
    ['is no certificate', 'nonsense', /MILLRACE_KAFKA_CA_FILE: .*no certificate in PEM/],
  ])('says which file %s', async (_, content, said) => {
    const file = await kafka.file(`${testNamespace()}.pem`, '');
    const broker = connect({
      brokers: kafka.brokers.passwordTls,
      tlsCaFile: content === undefined ? `${file}.missing` : await kafka.file(`${testNamespace()}.pem`, content),
      ...login,
    });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_CREDENTIALS_UNREADABLE',
      unavailable: true,
      message: expect.stringMatching(said),
    });
  });

  it('says that a key belongs to another certificate', async () => {
    const [mine, other] = [await identity(kafka.authority.issue), await identity(kafka.authority.issue)];
    const broker = connect({ brokers: kafka.brokers.mutualTls, tlsCaFile, ...mine, tlsKeyFile: other.tlsKeyFile });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_CREDENTIALS_UNREADABLE',
      message: expect.stringMatching(/MILLRACE_KAFKA_KEY_FILE: .*KEY_VALUES_MISMATCH/),
    });
  });

  it('says that a listener speaks TLS', async () => {
    const broker = connect({ brokers: kafka.brokers.mutualTls, tls: false });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({
      code: 'X_KAFKA_TLS_EXPECTED',
      message: expect.stringContaining('MILLRACE_KAFKA_TLS'),
    });
  });

  it('takes a listener that hangs up on a TLS handshake for one that is going away', async () => {
    const broker = connect({ brokers: kafka.brokers.plain, tlsCaFile });
    await expect(broker.admin.describeTopics()).rejects.toMatchObject({ code: 'X_KAFKA_UNAVAILABLE' });
  });
});
