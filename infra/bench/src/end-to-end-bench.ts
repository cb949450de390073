import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '@millrace/embedded';
import type { KafkaBroker } from '@millrace/kafka';
import { watchArrivals } from './arrivals.ts';
import { connectDriver } from './drivers.ts';
import { atMost, type Bench, type BenchContext, type Figure, median, told } from './figure.ts';
import { Latencies } from './latencies.ts';
import { usageOfTree } from './process-tree.ts';
import { costOf, inTurn, rateOf } from './repeat.ts';
import { type Door, type Mode, type StartedFlow, startFlow } from './started-flow.ts';
import { type Sent, sendSteadily } from './steady-webhooks.ts';
import { type Observed, openSubject } from './subject.ts';
import type { HopsRequest } from './subjects/hops-kafkajs.ts';

const rate = 500;
/** How long is offered what is to be kept up with; the encoder is slower than the door, so its mode gets a backlog. */
const fullSeconds: Readonly<Record<Mode, number>> = { fast: 15, cascade: 3 };
const patienceMs = 120_000;
const settleMs = 1_500;
const pollMs = 50;

/** From a vendor's webhook to the row, through every service, driven from outside. */
export const endToEndBench: Bench = {
  name: 'end-to-end',
  summary: `signed webhook → row in Postgres at ${rate}/s steady, against the same hops by hand on the same servers`,
  run: async (context) => [...(await measure(context, 'fast')), ...(await measure(context, 'cascade'))],
};

const measure = async (context: BenchContext, mode: Mode): Promise<readonly Figure[]> => {
  await using flow = await startFlow(context, mode);
  const broker = connectDriver('kafkajs', { brokers: flow.state.kafka.brokers });
  try {
    return await measureFlow(context, mode, flow, broker);
  } finally {
    await broker.close();
  }
};

const measureFlow = async (
  context: BenchContext,
  mode: Mode,
  { system, state, door }: StartedFlow,
  broker: KafkaBroker,
): Promise<readonly Figure[]> => {
  const seconds = Math.max(2, fullSeconds[mode] * context.scale);
  const arrivals = new Map<string, number>();
  await watchArrivals(broker, ({ ticket, at }) => arrivals.set(ticket, at));
  const send = ({ url, secret }: Door, run: number): Promise<Sent> =>
    sendSteadily({ url, secret, rate, seconds, run, signal: context.signal });
  const usage = () => usageOfTree(system.pid);
  const ours = async (repeat: number): Promise<Observed> => {
    const before = await usage();
    const sent = await send(door, repeat);
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
    const at = { brokers: state.kafka.brokers, postgresUrl: state.postgres.url, port, secret: door.secret };
    const running = hand.run({ ...at, topics, group: `bench.hand.${repeat}` }, over.signal);
    const url = `http://127.0.0.1:${port}/`;
    await Promise.race([running, answers(url, context.signal)]);
    const sent = await send({ url, secret: door.secret }, 50 + repeat);
    await pause(settleMs, undefined, { signal: context.signal });
    over.abort();
    const { arrivals: arrived = [], cpuSeconds, rssMb } = await running;
    return { ...seen(sent, new Map(arrived)), cpuSeconds, rssMb };
  };
  await byHand(0);
  const measured = await inTurn(context, { 'by hand': byHand, ours });
  return fastFigures(measured.ours, measured['by hand']);
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
