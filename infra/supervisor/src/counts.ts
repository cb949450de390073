import { names } from '@millrace/service';

/** What has happened since the start, over all services. */
export interface Counts {
  readonly accepted: number;
  readonly classified: number;
  readonly delivered: number;
  readonly failed: number;
}

export const noCounts: Counts = { accepted: 0, classified: 0, delivered: 0, failed: 0 };

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

/** The samples of one metric in a Prometheus text. */
export const samplesOf = (text: string, metric: string): readonly Sample[] =>
  text.split('\n').flatMap((row) => {
    const [, name, labels = '', value] = line.exec(row) ?? [];
    return name === metric ? [{ labels: parseLabels(labels), value: Number(value) }] : [];
  });

const parseLabels = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(["\\])/g, '$1'),
    ]),
  );

const total = (samples: readonly Sample[]): number => samples.reduce((sum, { value }) => sum + value, 0);

const { gateway, pipeline } = names.metrics;

/** What one service's metrics say. */
export const countsOf = (text: string): Counts => {
  const records = samplesOf(text, pipeline.records.name);
  const finished = (service: string, outcome: string): number =>
    total(records.filter(({ labels }) => labels['outcome'] === outcome && (labels['group'] ?? '').startsWith(service)));
  return {
    accepted: total(samplesOf(text, gateway.requests.name).filter(({ labels }) => labels['outcome'] === 'accepted')),
    classified: finished('classifier.', 'emitted'),
    delivered: finished('sink-writers.', 'delivered'),
    failed: finished('', 'dead_lettered'),
  };
};

const keys = ['accepted', 'classified', 'delivered', 'failed'] as const;

/** Adds up counters that fall to zero when their process is started again. */
export class CountKeeper {
  readonly #last = new Map<string, Counts>();
  #sum: Counts = noCounts;

  get sum(): Counts {
    return this.#sum;
  }

  /** What a service's counters stand at now. */
  observe(service: string, now: Counts): void {
    const last = this.#last.get(service) ?? noCounts;
    this.#last.set(service, now);
    this.#sum = Object.fromEntries(
      keys.map((key) => [key, this.#sum[key] + (now[key] >= last[key] ? now[key] - last[key] : now[key])]),
    ) as unknown as Counts;
  }
}

/** `accepted 120 (4.0/s)  classified …`: what has happened, and how fast lately. */
export const describeCounts = (now: Counts, before: Counts, elapsedSeconds: number): string =>
  keys
    .map(
      (key) =>
        `${key} ${now[key].toLocaleString('en-US')} (${((now[key] - before[key]) / elapsedSeconds).toFixed(1)}/s)`,
    )
    .join('   ');
