import { tokenSourceLaws } from '@millrace/conformance';
import { connections } from './support/connections.ts';

tokenSourceLaws('a rotating refresh token, in Postgres', () => connections('rotating'), 'rotating');
tokenSourceLaws('client credentials, in Postgres', () => connections('alone'), 'alone');
