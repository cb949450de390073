import { type Endpoints, namedEndpoints } from '@millrace/operator-api';

const begin = '<!-- endpoints:begin (generated from packages/operator-api/src/endpoints, `npm run generate`) -->';
const end = '<!-- endpoints:end -->';

/** Endpoints as a Markdown table, in the order of their paths. */
export function endpointsTable(endpoints: Endpoints, prefix = ''): string {
  const rows = namedEndpoints(endpoints)
    .map(({ endpoint }) => endpoint)
    .toSorted((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)))
    .map(({ method, path, summary, params, query, body, bytes, permission, audit }) => {
      const fields = [params, query, body].flatMap((shape) => Object.keys(shape?.shape ?? {}));
      const inPath = new Set(Object.keys(params?.shape ?? {}));
      const asked = [
        ...fields.filter((field) => !inPath.has(field)).map((field) => `\`${field}\``),
        ...(bytes === undefined ? [] : [`a file (\`${bytes.type}\`)`]),
      ];
      const recorded = audit === undefined ? '' : `\`${audit}\``;
      return `| \`${method} ${prefix}${path}\` | ${summary} | ${asked.join(', ')} | \`${permission}\` | ${recorded} |`;
    });
  return ['| endpoint | does | takes | permission | recorded as |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** The README with its table brought up to date; equal to the input when nothing drifted. */
export function withEndpoints(readme: string, endpoints: Endpoints, prefix = ''): string {
  const from = readme.indexOf('<!-- endpoints:begin');
  const to = readme.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`expected ${begin} … ${end} in the README`);
  return `${readme.slice(0, from)}${begin}\n${endpointsTable(endpoints, prefix)}\n${readme.slice(to)}`;
}
