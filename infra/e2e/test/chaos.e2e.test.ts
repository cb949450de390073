import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** The shape of `npm run chaos -- --json`, as far as a proof needs it. */
interface ChaosReport {
  readonly faults: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: Readonly<Record<string, number>>;
  readonly orderViolations: number;
  readonly deadLetters: number;
  readonly recoveries: readonly { readonly target: string; readonly recoveredMs: number | null }[];
}

const root = join(import.meta.dirname, '../../..');
const data = mkdtempSync(join(tmpdir(), 'millrace-e2e-chaos-'));
const portBase = '28180';
const options = [
  ...['--seconds', '40', '--seed', '13', '--every-ms', '4000', '--rate', '20'],
  ...['--scenario', 'services,infrastructure,memory,destinations:lose-answers,destinations:slow'],
];

const runChaos = (): Promise<{ readonly report: ChaosReport; readonly said: string }> =>
  new Promise((resolve, reject) => {
    const args = ['infra/setup/run.mjs', 'chaos', ...options, '--json', '--data', data, '--port-base', portBase];
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (stdout.trim() === '')
        reject(new Error(`npm run chaos printed nothing: ${stderr.slice(-4_000)}`, { cause: error }));
      else resolve({ report: JSON.parse(stdout) as ChaosReport, said: stderr });
    });
  });

let report: ChaosReport;
let said: string;

beforeAll(async () => {
  ({ report, said } = await runChaos());
}, 420_000);

afterAll(() => rmSync(data, { recursive: true, force: true }));

describe('a system that is killed, frozen, restarted and flooded under load', () => {
  it('loses nothing that it accepted', () => {
    expect(report.accepted).toBeGreaterThan(700);
    expect(report.delivered).toBeGreaterThan(report.accepted);
    expect({ lost: report.lost, deadLetters: report.deadLetters, said: report.lost === 0 ? '' : said }).toEqual({
      lost: 0,
      deadLetters: 0,
      said: '',
    });
  });

  it('doubles nothing at any destination', () => {
    expect(report.duplicates).toEqual({ deliveries: 0, zendesk: 0, slack: 0, http: 0 });
  });

  it('applies no update of a key after a newer one', () => {
    expect(report.orderViolations).toBe(0);
  });

  it('recovers from each fault without a hand', () => {
    expect(report.faults).toBeGreaterThanOrEqual(6);
    expect(report.recoveries.filter(({ recoveredMs }) => recoveredMs === null)).toEqual([]);
  });
});
