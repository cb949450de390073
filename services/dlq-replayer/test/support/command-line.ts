import { createServer, type Server } from 'node:http';
import { type Answer, runMillrace as commandLine } from '@millrace/cli/testing';
import { tokens } from './replayer.ts';

export type { Answer };

/** The command as a person would run it, in this environment and what is given beside it. */
export const runMillrace = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> =>
  commandLine(args, { ...process.env, ...env });

/** The gateway's operator listener, as far as the command asks it. */
export function gatewayStandIn(): Server {
  return createServer((request, response) => {
    const known: Record<string, unknown> = {
      '/admin/v1/sources': [
        {
          name: 'zendesk',
          summary: 'a vendor',
          scheme: 'hmac',
          verifiedBy: 'vector',
          coversBody: true,
          replayProtected: true,
          configured: ['zendesk'],
        },
      ],
      '/admin/v1/sources/zendesk': {
        ...{ name: 'zendesk', connector: 'zendesk', enabled: true },
        url: 'http://x/v1/webhooks/zendesk',
        secret: 's3cret',
        headers: {},
      },
      '/admin/v1/keys/sample': { name: 'sample', key: 'mr_sample' },
    };
    const found = request.headers.authorization === `Bearer ${tokens.operator}` ? known[request.url ?? ''] : undefined;
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { code: 'X_ADMIN_UNKNOWN', detail: 'there is no such thing' }));
  });
}
