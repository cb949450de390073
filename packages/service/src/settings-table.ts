import { ServiceError } from './errors.ts';
import { maskUrl, type Setting, type SettingsDefinition } from './settings.ts';

const begin = '<!-- settings:begin (generated from src/config.ts, `pnpm generate`) -->';
const end = '<!-- settings:end -->';
const section = /<!-- settings:begin[^>]*-->[\s\S]*?<!-- settings:end -->/;

/** The settings as a Markdown table, in declaration order: required ones have no default. */
export function settingsTable(definition: SettingsDefinition): string {
  const rows = Object.values(definition).map(
    (declared) => `| \`${declared.env}\` | ${declared.kind} | ${shownDefault(declared)} | ${declared.description} |`,
  );
  return ['| variable | kind | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function shownDefault({ required, fallback, secret, example }: Setting<unknown>): string {
  const hint = example === undefined ? '' : `, e.g. \`${example}\``;
  if (required) return `**required**${hint}`;
  if (fallback === undefined || secret) return `none${hint}`;
  if (typeof fallback === 'string') return fallback === '' ? 'empty' : `\`${maskUrl(fallback)}\``;
  if (Array.isArray(fallback)) return fallback.length === 0 ? 'empty' : `\`${fallback.join(',')}\``;
  return `\`${typeof fallback === 'object' ? JSON.stringify(fallback) : String(fallback)}\``;
}

/** The README with its generated table brought up to date; equal to the input when nothing drifted. */
export function embedSettingsTable(readme: string, definition: SettingsDefinition): string {
  if (!section.test(readme))
    throw new ServiceError('X_SERVICE_README_MARKERS', `expected ${begin} … ${end} in the README`);
  return readme.replace(section, () => `${begin}\n${settingsTable(definition)}\n${end}`);
}
