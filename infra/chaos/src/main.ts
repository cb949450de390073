import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Audit, audit } from './audit.ts';
import { killInTurn } from './faults.ts';
import { flowsInMode, ticketRoutes } from './flows.ts';
import { type ChaosOptions, parseOptions } from './options.ts';
import { seeded } from './random.ts';
import { percentile, printReport, type Report } from './report.ts';
import { type Sent, sendSteadily } from './sender.ts';
import { doubledAt, steer } from './simulators.ts';
import { millrace, type RunningSystem, readState, startSystem } from './system.ts';
import { ticketWebhooks } from './tickets.ts';

const root = join(import.meta.dirname, '../../..');
const texts = [
  'How do I top up my account with my card?',
  'My card was stolen and somebody is spending my money, block it now!',
  'When will my new card arrive?',
  'Why was I charged a fee for my transfer?',
  'I cannot find where to change my PIN.',
  'The exchange rate on my payment is wrong.',
];
const quietLimitMs = 180_000;
const now = (): number => Date.now();

async function settle(
  options: ChaosOptions,
  stateFile: string,
  sent: Sent,
  routes: readonly string[],
): Promise<{ result: Audit; quietAfterMs: number | null }> {
  const accepted = new Set(sent.accepted.keys());
  const started = now();
  for (;;) {
    const result = await audit(readState(stateFile), accepted, routes);
    if (result.missing === 0) return { result, quietAfterMs: now() - started };
    if (now() - started > quietLimitMs) return { result, quietAfterMs: null };
    if (!options.json) console.log(`waiting: ${result.missing} deliveries have no end yet`);
    await wait(2_000);
  }
}

async function run(
  options: ChaosOptions,
  system: RunningSystem,
  flows: string,
): Promise<{ report: Report; result: Audit }> {
  const { stateFile } = system;
  const state = readState(stateFile);
  for (const vendor of ['zendesk', 'slack']) await steer(state, vendor, 'limits', { state: 'off' });
  await steer(state, 'slack', 'heal', {});
  const { url, secret } = await millrace<{ url: string; secret: string }>(
    root,
    stateFile,
    'sources',
    'show',
    'zendesk',
  );

  const over = new AbortController();
  const faults = killInTurn({ stateFile, targets: options.targets, everyMs: options.everyMs, now, stop: over.signal });
  const next = ticketWebhooks(`chaos-${options.seed}-${now()}`, texts, seeded(options.seed), now);
  const sent = await sendSteadily({ url, secret, rate: options.rate, seconds: options.seconds, next, now });
  over.abort();
  const recoveries = await faults;
  const { result, quietAfterMs } = await settle(options, stateFile, sent, ticketRoutes(flows));
  const vendors = Object.fromEntries(
    await Promise.all(
      ['zendesk', 'slack'].map(async (vendor) => [vendor, await doubledAt(readState(stateFile), vendor)] as const),
    ),
  );

  const report: Report = {
    seed: options.seed,
    faults: recoveries.length,
    accepted: sent.accepted.size,
    delivered: result.routes.reduce((sum, { delivered }) => sum + delivered, 0),
    lost: result.missing,
    duplicates: { deliveries: result.doubled, ...vendors },
    orderViolations: result.orderViolations,
    deadLetters: result.deadLetters,
    recoveries,
    retried: sent.retried,
    gaveUp: sent.gaveUp,
    ackP50Ms: percentile(sent.latenciesMs, 0.5),
    ackP99Ms: percentile(sent.latenciesMs, 0.99),
    quietAfterMs,
  };
  return { report, result };
}

const options = parseOptions(process.argv.slice(2));
const data = resolve(options.data);
if (!options.keep) rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });
const flows = options.flows ?? flowsInMode(join(root, 'infra/flows'), join(data, 'flows'), options.mode);
const system = await startSystem({
  root,
  data,
  portBase: options.portBase,
  flows,
  log: options.json ? () => undefined : console.log,
});
try {
  const { report, result } = await run(options, system, flows);
  if (options.json) console.log(JSON.stringify(report));
  else printReport(report, result);
  const failed =
    report.lost + report.orderViolations + Object.values(report.duplicates).reduce((sum, count) => sum + count, 0);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await system.stop();
}
