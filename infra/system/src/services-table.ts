import type { ServiceDeclaration } from '@millrace/service';

const begin = '<!-- services:begin (generated from services/*/src/service.ts, `npm run generate`) -->';
const end = '<!-- services:end -->';
const section = /<!-- services:begin[^>]*-->[\s\S]*?<!-- services:end -->/;

/** The services as a Markdown table, in the order of their ports. */
export const servicesTable = (services: readonly ServiceDeclaration[]): string =>
  [
    '| service | port | stages | what it does | never does | settings |',
    '|---|---|---|---|---|---|',
    ...services.map(
      ({ name, port, stages, summary, never }) =>
        `| [${name}](services/${name}) | +${port} | ${stages.map(({ stage }) => stage).join(', ')} | ${summary} | ${never} | [table](services/${name}/README.md#settings) |`,
    ),
  ].join('\n');

/** The README with its table brought up to date; equal to the input when nothing drifted. */
export function withServices(readme: string, services: readonly ServiceDeclaration[]): string {
  if (!section.test(readme)) throw new Error(`expected ${begin} … ${end} in the README`);
  return readme.replace(section, () => `${begin}\n${servicesTable(services)}\n${end}`);
}
