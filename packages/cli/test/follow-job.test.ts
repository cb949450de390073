import { describe, expect, it } from '@jest/globals';
import { operatorClient } from '@millrace/operator-api/client';
import { followJob } from '../src/follow-job.ts';
import { CliError, createContext, exitCodes } from '../src/index.ts';
import { createPrinter } from '../src/printer.ts';
import { recordedOutput } from './terminal/recorded-output.ts';

const planned = {
  ...{ job: 'job-1', state: 'running', group: 'g', lane: 'lane.g', actor: 'ada', planned: 4, skipped: {} },
  ...{ sent: 0, left: 4, resolved: 0, failedAgain: 0, waiting: 0, followers: 0 },
};

/** Follows a job that stands so, one answer of the API after the other, on a terminal or in a pipe. */
async function followed(
  states: readonly (Partial<typeof planned> | 'away')[],
  {
    wait = true,
    timeout = '60',
    size,
  }: { wait?: boolean; timeout?: string; size?: { columns: number; rows: number } } = {},
) {
  const [out, err] = [recordedOutput(), recordedOutput(size)];
  let time = 0;
  let at = -1;
  const now = () => time;
  const context = {
    ...createContext({
      ...{ env: {}, cwd: '/nowhere', root: '/nowhere', now, terminal: { out, err } },
      signal: new AbortController().signal,
    }),
    api: operatorClient(async () => {
      time += 1_000;
      at = Math.min(at + 1, states.length - 1);
      const state = states[at];
      if (state === 'away') throw new CliError('X_CLI_UNREACHABLE', 'does not answer');
      return { ...planned, ...state };
    }),
  };
  const print = createPrinter(context.terminal, { json: false, paged: true, now });
  const ended = await followJob(context, print, { id: 'job-1', wait, timeout }).catch((error: unknown) => error);
  print.end();
  return { ended, out: out.text(), err: err.text() };
}

describe('a job that is followed', () => {
  it('is told as plain lines in a pipe: what was sent, then what was answered, each once', async () => {
    const { ended, out, err } = await followed([
      { sent: 2, left: 2 },
      { sent: 4, left: 0, waiting: 4, state: 'done' },
      { sent: 4, left: 0, waiting: 1, resolved: 3, state: 'done' },
      { sent: 4, left: 0, resolved: 4, state: 'done' },
    ]);
    expect([ended, err]).toEqual([undefined, 'sent 4 of 4\nanswered 4 of 4\n']);
    expect(out).toMatch(/^resolved +4$/m);
  });

  it('counts as sent what its group has answered before the chunk is counted', async () => {
    const { err } = await followed([{ failedAgain: 3 }, { sent: 4, left: 0, failedAgain: 4, state: 'done' }], {
      size: { columns: 80, rows: 24 },
    });
    expect(err).toContain('75 %  sent 3 of 4');
  });

  it('ends with failures among it when some failed again, and without waiting once all is sent', async () => {
    expect((await followed([{ sent: 4, left: 0, failedAgain: 1, state: 'done' }])).ended).toBe(exitCodes.withFailures);
    expect(await followed([{ sent: 4, left: 0, waiting: 4, state: 'done' }], { wait: false })).toMatchObject({
      ...{ ended: undefined, err: 'sent 4 of 4\n' },
    });
  });

  it('is waited for through a restart of the replayer, and no longer than was asked for', async () => {
    expect((await followed(['away', { sent: 4, left: 0, state: 'done' }])).ended).toBeUndefined();
    expect(await followed([{ sent: 1, left: 3 }], { timeout: '1' })).toMatchObject({
      ended: { code: 'X_CLI_TIMEOUT', message: 'the job job-1 goes on without us: 3 to send, 0 without an answer' },
      out: expect.stringContaining('state'),
    });
  });
});
