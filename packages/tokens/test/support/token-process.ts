// A process of its own: asks for the token of a connection once, and says what it got.
import { isCodedError } from '@millrace/messaging';
import { createOutbound } from '@millrace/resilience/outbound';
import { createLogger, createMetrics } from '@millrace/service';
import { connectTokens, refreshTokenGrant } from '../../src/index.ts';

export interface TokenProcessInput {
  readonly url: string;
  readonly keys: string;
  readonly connection: string;
  readonly tokenUrl: string;
  readonly clientSecret: string;
}

const { url, keys, connection, tokenUrl, clientSecret } = JSON.parse(process.argv[2] ?? '') as TokenProcessInput;
const outbound = createOutbound({ trustedOrigins: [tokenUrl] });
const authentication = { method: 'client-secret-basic', secret: clientSecret } as const;
const endpoint = { url: tokenUrl, clientId: 'basic', authentication };
const tokens = connectTokens({
  ...{ url, keys, applicationName: 'test process', metrics: createMetrics() },
  logger: createLogger({ service: 'test', level: 'silent' }),
  grants: { [connection]: refreshTokenGrant({ endpoint, outbound, now: Date.now, kind: 'rotating' }) },
});
await tokens.open();
const source = tokens.sources.get(connection);
if (source === undefined) throw new TypeError('there is no source');
// A wait for another process keeps none alive.
const alive = setInterval(() => undefined, 1_000);
const said = await source.token(new AbortController().signal).then(
  ({ value }) => value,
  (error: unknown) => (isCodedError(error) ? error.code : String(error)),
);
process.stdout.write(said);
clearInterval(alive);
await Promise.all([tokens.close(), outbound.close()]);
