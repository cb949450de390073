import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namedEndpoints, operatorEndpoints } from '@millrace/operator-api';
import { linesFor, scriptFor, shells } from '../../src/completion/shells.ts';
import { createContext, runCommandLine } from '../../src/index.ts';
import { startProcess } from '../start-process.ts';
import { recordedOutput } from '../terminal/recorded-output.ts';

const esc = String.fromCharCode(27);
const groups = [
  'sink-writers.tickets.urgent',
  'sink-writers.tickets.vip',
  'enricher.issues',
  '$(exit 9) `exit 9`',
  `${esc}[2J\n`,
];

/** An installation that knows groups and nothing else, and what it was asked. */
let server: Server;
let url: string;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer(({ method, url: path, headers }, response) => {
    asked.push(`${method} ${path}`);
    const isKnown = path === '/v1/pipelines' && headers.authorization === 'Bearer token-0123456789';
    response.writeHead(isKnown ? 200 : 403, { 'content-type': 'application/json' });
    const row = { state: 'running', code: null, since: null, deadLetters: 0 };
    response.end(
      JSON.stringify(isKnown ? groups.map((group) => ({ group, ...row })) : { code: 'X_ACCESS_ROLE', detail: 'no' }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => void server.close());

async function complete(
  line: string,
  env: Readonly<Record<string, string>> = { MILLRACE_URL: url, MILLRACE_TOKEN: 'token-0123456789' },
) {
  const [out, err] = [recordedOutput(), recordedOutput()];
  const context = createContext({
    ...{ env, cwd: '/nowhere', root: '/nowhere', now: Date.now, terminal: { out, err } },
    signal: new AbortController().signal,
  });
  const code = await runCommandLine(['completion', 'bash', '--', ...line.split(' ')], context);
  return { code, err: err.text(), lines: out.text().trimEnd().split('\n') };
}

describe('completion of a name', () => {
  it('asks the installation, and offers what begins as the word does', async () => {
    expect(await complete('pipelines halt sink')).toEqual({
      ...{ code: 0, err: '' },
      lines: ['words', 'sink-writers.tickets.urgent', 'sink-writers.tickets.vip'],
    });
    expect((await complete('dlq ls --group=enr')).lines).toEqual(['words', '--group=enricher.issues']);
  });

  it('is nothing, and no word, where nothing is configured, nobody answers, or the token may not', async () => {
    const silent = { code: 0, err: '', lines: ['words'] };
    expect(await complete('pipelines halt ', {})).toEqual(silent);
    expect(await complete('pipelines halt ', { MILLRACE_URL: 'http://127.0.0.1:9', MILLRACE_TOKEN: 'x' })).toEqual(
      silent,
    );
    expect(await complete('pipelines halt ', { MILLRACE_URL: url, MILLRACE_TOKEN: 'other-token-012345' })).toEqual(
      silent,
    );
    expect(await complete('pipelines halt ', { MILLRACE_URL: 'nonsense' })).toEqual(silent);
    for (const line of ['topics peek ', 'dlq show ', 'tokens revoke ', 'reference ls ', 'simulator '])
      expect(await complete(line)).toEqual(silent);
  });

  it('asks only what changes nothing and is not audited', async () => {
    const lines = [
      'pipelines halt ',
      'topics peek ',
      'dlq show ',
      'dlq start ',
      'dlq ls --fingerprint ',
      'tokens revoke ',
    ];
    for (const line of [...lines, 'keys revoke ', 'reference ls ', 'sources show ']) await complete(line);
    const harmless = namedEndpoints(operatorEndpoints)
      .filter(({ endpoint: { method, audit } }) => method === 'GET' && audit === undefined)
      .map(({ endpoint: { method, path } }) => `${method} ${path}`);
    expect(new Set(asked.map((request) => request.split('?')[0])).size).toBeGreaterThan(7);
    expect(
      asked.map((request) => request.split('?')[0]).filter((request) => !harmless.includes(request ?? '')),
    ).toEqual([]);
  });

  it('shows control characters as escapes, for every shell', () => {
    for (const shell of shells) {
      const [, line = ''] = linesFor(shell, {
        files: false,
        candidates: [{ value: `${esc}[2J\n`, description: `\t${esc}` }],
      });
      expect(line.replace('\t', '')).not.toMatch(/\p{Cc}/u);
      expect(line).toContain('u001b[2J');
    }
  });

  it('tells zsh where a value ends and its description begins', () => {
    const candidates = [{ value: 'zendesk:1', description: 'one: two' }, { value: 'plain' }];
    expect(linesFor('zsh', { files: false, candidates })).toEqual(['words', 'zendesk\\:1:one: two', 'plain']);
    expect(linesFor('fish', { files: false, candidates })).toEqual(['words', 'zendesk:1\tone: two', 'plain']);
  });
});

/** What bash offers for a line as it splits it, with the shipped script and the real command. */
async function inBash(words: readonly string[], line = words.join(' ')): Promise<readonly string[]> {
  const folder = join(import.meta.dirname, '../../bin');
  const script = [
    'source "$SCRIPT"; millrace() { node "$FOLDER/millrace.mjs" "$@"; }',
    'COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_WORDBREAKS=$\' \\t\\n"\\\'><=;|&(:\'',
    '_millrace; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const { out, err } = await startProcess('bash', ['-c', script, 'bash', line, ...words], {
    ...{ SCRIPT: join(import.meta.dirname, '../../src/completion/millrace.bash'), FOLDER: folder },
    ...{
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      MILLRACE_URL: url,
      MILLRACE_TOKEN: 'token-0123456789',
    },
  }).done;
  expect(err).toBe('');
  return out.split('\n').filter((found) => found !== '');
}

describe('the script for bash', () => {
  it('completes verbs and names', async () => {
    expect(await inBash(['millrace', 'pipelines', 'ha'])).toEqual(['halt']);
    expect(await inBash(['millrace', 'pipelines', 'halt', ''])).toHaveLength(groups.length);
  });

  it('puts together what bash split at = and :, and gives back what bash replaces', async () => {
    expect(await inBash(['millrace', 'dlq', 'ls', '--group', '=', 'enr'], 'millrace dlq ls --group=enr')).toEqual([
      'enricher.issues',
    ]);
    const states = ['millrace', 'dlq', 'ls', '--status', '=', 'PARKED,RED'];
    expect(await inBash(states, 'millrace dlq ls --status=PARKED,RED')).toEqual(['PARKED,REDRIVEN']);
  });

  it('quotes a name, so that it is never run', async () => {
    expect(await inBash(['millrace', 'pipelines', 'halt', '$'])).toEqual(['\\$\\(exit\\ 9\\)\\ \\`exit\\ 9\\`']);
  });
});

describe('a script', () => {
  it.each(shells)('for %s asks the program, and names no verb of its own', async (shell) => {
    const script = await scriptFor(shell);
    expect(script).toContain(`completion ${shell} --`);
    expect(script).not.toMatch(/redrive|pipelines|topics/);
  });
});
