import type { Figure } from './figure.ts';
import type { Results } from './results.ts';

const begin = '<!-- performance:begin (generated from infra/bench/results.json, `npm run generate`) -->';
const end = '<!-- performance:end -->';
const section = /<!-- performance:begin[^>]*-->[\s\S]*?<!-- performance:end -->/;

const number = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 10) / 10);

const row = ({ name, ours, limit, ratio, goal, met, unit, runs, cpuSeconds, rssMb }: Figure): string =>
  `| ${[name, `${number(ours)} ${unit}`, number(limit), ratio, goal === 'told' ? '' : `${goal}${met ? '' : ' **missed**'}`, runs.map(number).join(' · '), cpuSeconds, rssMb].join(' | ')} |`;

/** The saved figures as a Markdown section: what was measured, where, and by which command. */
export const performanceSection = ({ machine, runs }: Results): string => {
  const { cpu, cores, memoryGb, node, platform } = machine;
  return [
    `Measured on ${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}; clients, servers and load share them. Median of the runs; the limit is measured in the same run.`,
    '',
    '| figure | ours | limit | ratio | goal | runs | CPU s | MB |',
    '|---|---|---|---|---|---|---|---|',
    ...runs.flatMap(({ figures }) => figures.map(row)),
    '',
    ...runs.map(({ bench, command, on }) => `- ${bench}: \`${command}\`, ${on}`),
  ].join('\n');
};

/** The README with its table brought up to date; equal to the input when nothing drifted. */
export const withPerformance = (readme: string, results: Results): string => {
  if (!section.test(readme)) throw new Error(`expected ${begin} … ${end} in the README`);
  return readme.replace(section, () => `${begin}\n${performanceSection(results)}\n${end}`);
};
