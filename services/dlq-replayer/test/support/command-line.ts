import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { tokens } from './replayer.ts';

const bin = join(import.meta.dirname, '../../bin/millrace.mjs');

export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as a person would run it, in a process of its own. */
export function runMillrace(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

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
