import type { Registry } from 'prom-client';

/** Labels whose values are ours. Every other may be a name that somebody gave: a client, a source, a topic. */
const ownLabels: ReadonlySet<string> = new Set(['outcome', 'reason', 'status', 'state', 'code', 'kind', 'le']);
const ownPrefix = 'millrace_';

type Labels = Readonly<Record<string, string | number | undefined>>;

interface Series {
  readonly name: string;
  readonly labels: Labels;
  value: number;
}

/**
 * What a port that strangers reach may tell: our own metrics, summed over every label that could name somebody. Nothing
 * of the process itself, whose versions are of use to an attacker alone. In the text format of `registry.metrics()`.
 */
export async function publicMetrics(registry: Registry): Promise<string> {
  const metrics = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith(ownPrefix));
  const blocks = metrics.map(({ name, help, type, values }) => {
    const lines = [...summed(name, values).values()].map(lineOf);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${String(type)}`, ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

function summed(
  metric: string,
  values: readonly { readonly value: number; readonly labels: object; readonly metricName?: string }[],
): ReadonlyMap<string, Series> {
  const series = new Map<string, Series>();
  for (const { value, labels, metricName: name = metric } of values) {
    const told = Object.fromEntries(Object.entries(labels as Labels).filter(([label]) => ownLabels.has(label)));
    const key = JSON.stringify([name, told]);
    const known = series.get(key);
    if (known === undefined) series.set(key, { name, labels: told, value });
    else known.value += value;
  }
  return series;
}

function lineOf({ name, labels, value }: Series): string {
  const pairs = Object.entries(labels).map(([label, said]) => `${label}="${escaped(String(said))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
