import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, runMillrace } from '../src/testing.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-flow-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** With nothing running. */
const millrace = (args: readonly string[]): Promise<Answer> =>
  runMillrace(args, { ...process.env, MILLRACE_STATE: join(folder, 'none.json') });

describe('millrace flows', () => {
  it('checks and draws the flow files without anything running', async () => {
    expect((await millrace(['flows', 'check', '--json'])).code).toBe(0);
    expect((await millrace(['flows', 'map'])).out).toContain('flowchart');
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, 'flows: { nonsense: {}, tickets: { classify: [{ task: moods }], deliver: [] } }\n');
    expect(await millrace(['flows', 'check', bad])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nonsense[\s\S]*there is no task moods/),
    });
  });

  it('warns where an expression uses an optional field as if it were always there', async () => {
    const file = join(folder, 'optional.yaml');
    await writeFile(
      file,
      [
        'flows:',
        '  tickets:',
        '    enrich: [{ lookup: accounts, by: $lowercase(requester.emailDomain), as: account }]',
        '    deliver:',
        `      - { route: refunds, sink: postgres, table: refunds, when: "$contains(description, 'refund')" }`,
        '      - { route: recent, sink: postgres, table: recent, when: updatedAt > 1700000000000 }',
        `      - { route: who, sink: slack, channel: general, map: "'Assignee: ' & assignee" }`,
        `      - { route: safe, sink: postgres, table: t, when: "$exists(description) and $contains(description, 'x')" }`,
      ].join('\n'),
    );
    const { code, out } = await millrace(['flows', 'check', file, '--json']);
    const { valid, warnings } = JSON.parse(out) as { valid: boolean; warnings: { path: string; message: string }[] };
    expect([code, valid]).toEqual([0, true]);
    expect(warnings.map(({ path, message }) => `${path}: ${message.split(' may be absent')[0]}`)).toEqual([
      'flows.tickets.enrich[0].by: requester.emailDomain',
      'flows.tickets.deliver[0].when: description',
      'flows.tickets.deliver[1].when: updatedAt',
      'flows.tickets.deliver[2].map: assignee',
    ]);
    expect((await millrace(['flows', 'check', file])).out).toContain(
      'optional.yaml:6 flows.tickets.deliver[1].when: updatedAt may be absent: `>` does not hold then',
    );
  });
});
