import type { FaultKind } from './catalogue.ts';
import { named, percentile, seconds } from './figures.ts';
import type { Fault } from './inflict.ts';
import type { Results } from './results.ts';

const begin = '<!-- chaos:begin (generated from infra/chaos/results.json, `npm run generate`) -->';
const end = '<!-- chaos:end -->';
const section = /<!-- chaos:begin[^>]*-->[\s\S]*?<!-- chaos:end -->/;

/** The saved run as a Markdown section: what was done to the system, and what was counted. */
export const chaosSection = ({ machine, command, on, report }: Results): string => {
  const minutes = Math.round(report.seconds / 6) / 10;
  const asked = report.recoveries.filter(({ operator }) => operator !== null).length;
  return [
    `\`${command}\`, ${on}: ${report.faults} faults in ${minutes} minutes under ${report.rate} updates a second, on ${machine.cores} cores (${machine.cpu}) that clients, servers and load share.`,
    '',
    '| counted | |',
    '|---|---|',
    `| accepted | ${count(report.accepted)} updates, ${count(report.retried)} requests sent again |`,
    `| delivered, over all routes | ${count(report.delivered)} |`,
    `| lost | ${report.lost} |`,
    `| duplicates | ${named(report.duplicates)} |`,
    `| order violations | ${report.orderViolations} |`,
    `| dead letters | ${report.deadLetters} |`,
    `| recovered without a hand | ${report.faults - asked} of ${report.faults}; ${asked} refused credentials by \`millrace pipelines resume\` |`,
    '',
    '| target | faults | well again: median | longest |',
    '|---|---|---|---|',
    ...byTarget(report.recoveries).map(targetRow),
    '',
    `Memory at its highest, in MB resident: ${report.memory.map(({ part, rssMb }) => `${part} ${rssMb}`).join(', ')}.`,
  ].join('\n');
};

/** The README with its table brought up to date; equal to the input when nothing drifted. */
export const withChaos = (readme: string, results: Results): string => {
  if (!section.test(readme)) throw new Error(`expected ${begin} … ${end} in the README`);
  return readme.replace(section, () => `${begin}\n${chaosSection(results)}\n${end}`);
};

const byTarget = (faults: readonly Fault[]): readonly (readonly [target: string, faults: readonly Fault[]])[] =>
  [...Map.groupBy(faults, ({ target }) => target)].sort(([one], [other]) => one.localeCompare(other));

const targetRow = ([target, faults]: readonly [string, readonly Fault[]]): string => {
  const kinds = [...Map.groupBy(faults, ({ kind }) => kind)].map(
    ([kind, of]): string => `${kind satisfies FaultKind}${of.length === 1 ? '' : ` ×${of.length}`}`,
  );
  const times = faults.flatMap(({ recoveredMs }) => recoveredMs ?? []);
  const never = faults.length - times.length;
  const longest = never === 0 ? seconds(Math.max(...times)) : `**never ×${never}**`;
  return `| ${target} | ${kinds.join(', ')} | ${seconds(percentile(times, 0.5))} | ${longest} |`;
};

const count = (value: number): string => value.toLocaleString('en');
