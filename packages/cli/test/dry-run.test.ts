import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DryRunReport } from '@millrace/dry-run';
import { type Answer, runMillrace } from '../src/testing.ts';

let folder: string;
const flowFile = `
sinks:
  receiver: { connector: http, url: "\${HTTP_BASE_URL}/hook", secret: "\${HTTP_SIGNING_SECRET}" }
flows:
  issues:
    enrich:
      - { lookup: owners, by: repository, as: owner }
    deliver:
      - { route: hook, sink: receiver, when: "owner.team = 'platform'", map: "{ 'what': title }" }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dry-run-'));
  writeFileSync(join(folder, 'flows.yaml'), flowFile);
});
afterAll(() => rmSync(folder, { recursive: true }));

function dryRun(sample: unknown, ...options: readonly string[]): Promise<Answer> {
  const input = join(folder, 'sample.json');
  writeFileSync(input, typeof sample === 'string' ? sample : JSON.stringify(sample));
  const args = ['flows', 'dry-run', join(folder, 'flows.yaml'), '--input', input, ...options];
  return runMillrace(args, { ...process.env, HTTP_BASE_URL: 'https://hooks.example' });
}
const issue = { id: '1', repository: 'acme/mill', title: 'It breaks' };

describe('millrace flows dry-run', () => {
  it('takes the lookup tables of --reference, and shows what the route would send', async () => {
    writeFileSync(join(folder, 'owners.csv'), 'repository,team\nacme/mill,platform\n');
    const { code, out } = await dryRun({ entity: 'issues', event: issue }, '--reference', folder, '--json');
    const { steps } = JSON.parse(out) as DryRunReport;
    expect(code).toBe(0);
    expect(steps).toMatchObject([
      { stage: 'enrich', lookups: [{ table: 'owners', key: 'acme/mill', found: true }] },
      {
        stage: 'deliver',
        conditions: [{ holds: true, reason: 'owner.team is "platform"' }],
        map: { value: { what: 'It breaks' } },
        requests: [{ method: 'POST', url: 'https://hooks.example/hook', body: { data: { what: 'It breaks' } } }],
      },
    ]);
  });

  it('says that a table is not known here, and why a route takes nothing', async () => {
    const { code, out } = await dryRun(issue, '--entity', 'issues');
    expect(code).toBe(0);
    expect(out).toContain('nothing is known of table owners');
    expect(out).toContain("when owner.team = 'platform': false (owner.team is absent)");
    expect(out).not.toContain('would send');
  });

  it.each([
    ['no JSON', '{', 64, 'is not JSON'],
    ['no sample', { id: '1' }, 1, '/: expected a webhook'],
    [
      'a field of another type',
      { entity: 'issues', event: { ...issue, title: 7 } },
      1,
      '/event/title: expected string',
    ],
    ['a topic that nobody reads', { topic: 'issues.none.v1', value: {} }, 1, '/topic: no stage of the flows reads'],
  ])('names the place of what is wrong: %s', async (_, sample, exit, message) => {
    const { code, err } = await dryRun(sample);
    expect(err).toContain(message);
    expect(code).toBe(exit);
  });
});
