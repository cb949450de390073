// A process of its own: asks for the token of a connection once, and says what it got.
import { randomUUID } from 'node:crypto';
import { connectDatabase } from '@millrace/ledger/postgres';
import { isCodedError, systemClock } from '@millrace/messaging';
import { createOutbound } from '@millrace/resilience/outbound';
import { createLogger, createMetrics } from '@millrace/service';
import {
  createConnectionTokenSource,
  createPostgresTokenStore,
  createSeals,
  refreshTokenGrant,
  tokenHistory,
  watchTokens,
} from '../../src/index.ts';

export interface TokenProcessInput {
  readonly url: string;
  readonly keys: string;
  readonly connection: string;
  readonly tokenUrl: string;
  readonly clientSecret: string;
}

const { url, keys, connection, tokenUrl, clientSecret } = JSON.parse(process.argv[2] ?? '') as TokenProcessInput;
const logger = createLogger({ service: 'test', level: 'silent' });
const database = connectDatabase({ url, histories: [tokenHistory], logger, applicationName: 'test process' });
const outbound = createOutbound({ trustedOrigins: [tokenUrl] });
const authentication = { method: 'client-secret-basic', secret: clientSecret } as const;
const source = createConnectionTokenSource({
  ...{ connection, clock: systemClock, logger, random: Math.random, newId: randomUUID, pollMs: 20 },
  store: createPostgresTokenStore(database, createSeals(keys)),
  grant: refreshTokenGrant({
    ...{ endpoint: { url: tokenUrl, clientId: 'basic', authentication }, outbound, now: Date.now, kind: 'rotating' },
  }),
  watch: watchTokens(createMetrics(), [connection]),
});
// A wait for another process keeps none alive.
const alive = setInterval(() => undefined, 1_000);
const said = await source.token(new AbortController().signal).then(
  ({ value }) => value,
  (error: unknown) => (isCodedError(error) ? error.code : String(error)),
);
process.stdout.write(said);
clearInterval(alive);
await source.close();
await Promise.all([database.close(), outbound.close()]);
