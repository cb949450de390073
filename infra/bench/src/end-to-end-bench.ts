import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '@millrace/contracts';
import { freePortRun, freePorts } from '@millrace/embedded';
import type { KafkaBroker } from '@millrace/kafka';
import { connectDriver } from './drivers.ts';
import { atMost, type Bench, type BenchContext, type Figure, median, told } from './figure.ts';
import { Latencies } from './latencies.ts';
import { usageOfTree } from './process-tree.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { askMillrace, startSystem } from './start-system.ts';
import { type Sent, sendSteadily } from './steady-webhooks.ts';
import { type Observed, openSubject } from './subject.ts';
import type { HopsRequest } from './subjects/hops-kafkajs.ts';

const rate = 500;
const fullSeconds = 15;
const patienceMs = 60_000;
const settleMs = 1_500;
const pollMs = 50;
const wirePrefix = 5;
const route = 'tickets.archive';
type Mode = 'fast' | 'cascade';

/** The shipped tickets flow with the one destination that is measured. */
const flowFiles = (mode: Mode): Readonly<Record<string, string>> => ({
  'sources.yaml': 'sources:\n  zendesk:\n    connector: zendesk\n    secret: ${ZENDESK_SIGNING_SECRET}\n',
  'sinks.yaml': 'sinks:\n  postgres:\n    url: ${POSTGRES_URL}\n',
  'tickets.yaml': `classify: { mode: ${mode} }
flows:
  tickets:
    enrich:
      - { lookup: accounts, by: requester.emailDomain, as: account }
    classify:
      - { task: category, pack: support }
      - { task: priority }
      - { task: sentiment }
      - { task: language }
      - { task: reply }
    deliver:
      - { route: archive, sink: postgres, table: tickets }
`,
});

/** From a vendor's webhook to the row, through every service, driven from outside. */
export const endToEndBench: Bench = {
  name: 'end-to-end',
  summary: `signed webhook → row in Postgres at ${rate}/s steady, against the same hops by hand on the same servers`,
  run: async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    const portBase = await freePortRun(23);
    try {
      return [
        ...(await measure(context, { folder, portBase, mode: 'fast', runs: 1 })),
        ...(await measure(context, { folder, portBase, mode: 'cascade', runs: 100 })),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Setting {
  readonly folder: string;
  readonly portBase: number;
  readonly mode: Mode;
  /** Number of its first run: tickets of all runs differ. */
  readonly runs: number;
}

interface State {
  readonly kafka: { readonly brokers: readonly string[] };
  readonly postgres: { readonly url: string };
}

/** Where webhooks go and what they are signed with, as the command line tells. */
interface Door {
  readonly url: string;
  readonly secret: string;
}

const measure = async (context: BenchContext, setting: Setting): Promise<readonly Figure[]> => {
  const { folder, portBase, mode, runs } = setting;
  const data = join(folder, 'data');
  const flows = join(folder, mode);
  await mkdir(flows);
  for (const [name, text] of Object.entries(flowFiles(mode))) await writeFile(join(flows, name), text);
  const system = await startSystem(context, { data, portBase, samples: false, flows });
  context.say(`${mode}: ready`);
  const stateFile = join(data, 'state.json');
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as State;
  const broker = connectDriver('kafkajs', { brokers: state.kafka.brokers });
  try {
    const door = await askMillrace<Door>(context, stateFile, 'sources', 'show', 'zendesk');
    const seconds = Math.max(2, fullSeconds * context.scale);
    const arrivals = await watchDeliveries(broker);
    const send = ({ url, secret }: Door, run: number): Promise<Sent> =>
      sendSteadily({ url, secret, rate, seconds, run, signal: context.signal });
    const usage = () => usageOfTree(system.child.pid ?? 0);
    const ours = async (repeat: number): Promise<Observed> => {
      const before = await usage();
      const sent = await send(door, runs + repeat);
      await allArrived(sent, arrivals);
      const { cpuSeconds, pssMb } = await usage();
      return { ...seen(sent, arrivals), cpuSeconds: cpuSeconds - before.cpuSeconds, rssMb: pssMb };
    };
    if (mode === 'fast') await createHandTopics(broker, context.repeats);
    await ours(0); // every service compiles what is hot
    if (mode === 'cascade') return cascadeFigures((await inTurn(context, { ours })).ours);
    await using hand = await openSubject<HopsRequest>('hops-kafkajs', context);
    const byHand = async (repeat: number): Promise<Observed> => {
      const topics = handTopics(repeat);
      const [port = 0] = await freePorts(1);
      const over = new AbortController();
      const request = { ...state.kafka, postgresUrl: state.postgres.url, port, secret: door.secret, topics };
      const running = hand.run({ ...request, group: `bench.hand.${repeat}` }, over.signal);
      const url = `http://127.0.0.1:${port}/`;
      await Promise.race([running, answers(url, context.signal)]);
      const sent = await send({ url, secret: door.secret }, runs + 50 + repeat);
      await pause(settleMs, undefined, { signal: context.signal });
      over.abort();
      const { arrivals: arrived = [], cpuSeconds, rssMb } = await running;
      return { ...seen(sent, new Map(arrived)), cpuSeconds, rssMb };
    };
    await byHand(0);
    const measured = await inTurn(context, { 'by hand': byHand, ours });
    return fastFigures(measured.ours, measured['by hand']);
  } finally {
    await broker.close();
    await system.stop();
  }
};

/** Who got where when, as the sink itself tells after its commit: ticket → epoch milliseconds. */
const watchDeliveries = async (broker: KafkaBroker): Promise<ReadonlyMap<string, number>> => {
  const arrivals = new Map<string, number>();
  const reader = await broker.createReader({
    topics: [topics.deliveriesCompleted.name],
    from: 'latest',
    onRecord: ({ value }) => {
      if (value === null) return;
      const completed = topics.deliveriesCompleted.decode(value.subarray(wirePrefix));
      if (completed.route === route && completed.outcome === 'delivered')
        arrivals.set(completed.id.slice(completed.id.indexOf(':') + 1), completed.at);
    },
  });
  await reader.caughtUp;
  return arrivals;
};

const allArrived = async ({ due }: Sent, arrivals: ReadonlyMap<string, number>): Promise<void> => {
  const until = Date.now() + patienceMs;
  while (Date.now() < until && [...due.keys()].some((ticket) => !arrivals.has(ticket))) await pause(pollMs);
};

const handTopics = (repeat: number): HopsRequest['topics'] => {
  const name = (step: string): string => `bench.hand.${repeat}.${step}`;
  return [name('raw'), name('received'), name('enriched'), name('classified')];
};

/** Before anything is measured: a topic's first leader takes its time. */
const createHandTopics = async (broker: KafkaBroker, repeats: number): Promise<void> => {
  const names = Array.from({ length: repeats + 1 }, (_, repeat) => handTopics(repeat)).flat();
  await broker.admin.createTopics(names.map((name) => ({ name, partitions: 4, replicationFactor: 1, config: {} })));
};

const answers = async (url: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const isUp = await fetch(url, { method: 'POST', body: '{}', signal }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await pause(pollMs, undefined, { signal });
  }
};

/** Latency from the moment a webhook was due to the commit of its row. */
const seen = (
  { due, refused }: Sent,
  arrivals: ReadonlyMap<string, number>,
): Omit<Observed, 'cpuSeconds' | 'rssMb'> => {
  const latencies = new Latencies(due.size);
  let endedAt = 0;
  let missing = 0;
  for (const [ticket, dueAt] of due) {
    const at = arrivals.get(ticket);
    if (at === undefined) {
      missing += 1;
      continue;
    }
    latencies.add(at - dueAt);
    endedAt = Math.max(endedAt, at);
  }
  const startedAt = Math.min(...due.values());
  const faults = [
    ...(refused === 0 ? [] : [`${refused} of ${due.size} webhooks were refused`]),
    ...(missing === 0 ? [] : [`${missing} of ${due.size} rows did not arrive`]),
  ];
  const seconds = (endedAt - startedAt) / 1_000;
  return { records: due.size, seconds, startedAt, endedAt, latency: latencies.percentiles(), faults };
};

const p50 = ({ latency }: Observed): number => latency?.p50 ?? Number.NaN;
const p99 = ({ latency }: Observed): number => latency?.p99 ?? Number.NaN;

const fastFigures = (ours: readonly Observed[], byHand: readonly Observed[]): readonly Figure[] => [
  told({ name: 'end-to-end.fast.p50', unit: 'ms', runs: ours.map(p50), limits: byHand.map(p50), ...costOf(ours) }),
  atMost(50, {
    name: 'end-to-end.fast.p99',
    unit: 'ms',
    runs: ours.map(p99),
    limit: median(byHand.map(p99)),
    ...costOf(ours),
  }),
];

/** The limit of the rate is what was offered; of the wait nobody has one by hand. */
const cascadeFigures = (ours: readonly Observed[]): readonly Figure[] => [
  told({ name: 'end-to-end.cascade.rate', unit: 'rows/s', runs: ours.map(rateOf), limits: [rate], ...costOf(ours) }),
  told({ name: 'end-to-end.cascade.p99', unit: 'ms', runs: ours.map(p99), limits: ours.map(p50), ...costOf(ours) }),
];
