import type { AuthenticationProviderArgs, KafkaConfig } from 'kafkajs';
import plain from 'kafkajs/src/broker/saslAuthenticator/plain.js';
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import type { Access } from '../access/access.ts';
import { accessProblem, loginRefused } from '../access/access-problem.ts';
import type { Login } from '../access/login.ts';
import { classifyClientFailure } from '../errors.ts';
import type { Sockets } from './sockets.ts';

const byPassword = { PLAIN: plain, 'SCRAM-SHA-256': scram256, 'SCRAM-SHA-512': scram512 } as const;

/**
 * The client's own exchanges, with secrets asked for at each login. What a broker answers is told to the access, and
 * the connection is cut when it says no: it would close it anyway, a moment later, in the middle of the next try.
 */
export function loginOf(
  access: Access | undefined,
  sockets: Sockets,
): { readonly sasl?: NonNullable<KafkaConfig['sasl']> } {
  const login = access?.login ?? null;
  if (access === undefined || login === null) return {};
  return {
    sasl: {
      mechanism: login.mechanism,
      authenticationProvider: (connecting: AuthenticationProviderArgs) => ({
        authenticate: async () => {
          const address = `${connecting.host}:${connecting.port}`;
          try {
            await authenticate(login, connecting);
            access.granted(address);
          } catch (error) {
            access.failed(address, error);
            sockets.cut(address);
            throw retriable(error);
          }
        },
      }),
    },
  };
}

async function authenticate(login: Login, connecting: AuthenticationProviderArgs): Promise<void> {
  if (login.mechanism === 'OAUTHBEARER') return presentToken(login, connecting);
  const secrets = { username: login.username(), password: login.password() };
  let first: unknown;
  const saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate'] = async (step) => {
    try {
      return await connecting.saslAuthenticate(step);
    } catch (error) {
      first ??= error;
      throw error;
    }
  };
  const exchange = byPassword[login.mechanism](secrets)({ ...connecting, saslAuthenticate });
  try {
    await exchange.authenticate();
  } catch (error) {
    // The exchange calls any failure a refused login, a lost connection too.
    throw classifyClientFailure(first) === 'unavailable' ? first : error;
  }
}

/**
 * RFC 7628. A broker that does not want the token says so in what looks like a success and waits for a byte; the
 * client's own exchange takes that for the end and wonders why the next request is not answered.
 */
async function presentToken(
  { token, extensions }: Extract<Login, { readonly mechanism: 'OAUTHBEARER' }>,
  { saslAuthenticate }: AuthenticationProviderArgs,
): Promise<void> {
  const also = Object.entries(extensions).map(([name, value]) => `\u0001${name}=${value}`);
  const ask = (text: string): Promise<unknown> =>
    saslAuthenticate({
      request: { encode: async () => sized(Buffer.from(text)) },
      response: { decode: async (answer: Buffer) => answer.subarray(4), parse: async (answer: Buffer) => answer },
    } as never);
  const answer = (await ask(`n,,\u0001auth=Bearer ${await token()}${also.join('')}\u0001\u0001`)) as Buffer;
  if (answer.length === 0) return;
  await ask('\u0001');
  throw loginRefused('the token is not accepted');
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length, 0);
  return Buffer.concat([size, bytes]);
}

/**
 * What the client does not try again ends a membership for good, and a consumer shut out by its brokers comes back by
 * itself. Without the cause, which the client would ask instead.
 */
function retriable(error: unknown): Error {
  const problem = accessProblem(error);
  if (problem === null) return error as Error;
  return Object.assign(new Error(problem.message), { name: 'LoginRefused', code: problem.code, retriable: true });
}
