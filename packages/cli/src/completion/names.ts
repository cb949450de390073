import type { Context } from '../context.ts';
import type { Candidate, Wanted } from './wanted.ts';

type Ask = (context: Context, signal: AbortSignal) => Promise<readonly Candidate[]>;

/** Whoever presses a key waits no longer for names. */
const longestMs = 1_500;
const mostDeadLetters = 200;

/**
 * Who knows the names for a placeholder, such as `<group>`, of any verb; `<noun>.<placeholder>` is for those of one noun.
 * Nothing here is audited: to press a key changes nothing and shows no record.
 */
export const nameSources: Readonly<Record<string, Ask>> = {
  group: async ({ api }, signal) =>
    (await api.pipelines.list({}, signal)).map(({ group, state }) => ({ value: group, description: state })),
  topic: async ({ api }, signal) =>
    (await api.topics.list({}, signal)).map(({ topic, records }) => ({
      value: topic,
      description: `${records} records`,
    })),
  table: async ({ api }, signal) =>
    (await api.reference.tables({}, signal)).map(({ table, rows }) => ({ value: table, description: `${rows} rows` })),
  source: async ({ api }, signal) =>
    (await api.sources.list({}, signal)).map(({ name, summary }) => ({ value: name, description: summary })),
  job: async ({ api }, signal) =>
    (await api.jobs.list({}, signal)).map(({ job, state, group }) => ({
      value: job,
      description: `${state}, ${group}`,
    })),
  fingerprint: async ({ api }, signal) =>
    (await api.dlq.groups({}, signal)).map(({ fingerprint, code, count }) => ({
      ...{ value: fingerprint, description: `${count} of ${code}` },
    })),
  vendor: async ({ installation }) => Object.keys(installation().simulators).map((value) => ({ value })),
  'dlq.id': deadLetters,
  'dlq.ids': deadLetters,
  'tokens.id': async ({ adminApi }, signal) =>
    (await adminApi().tokens.list({}, signal)).map(({ id, name }) => ({ value: id, description: name })),
  'keys.id': async ({ api }, signal) =>
    (await api.keys.list({}, signal)).map(({ id, client }) => ({ value: id, description: client })),
};

async function deadLetters({ api }: Context, signal: AbortSignal): Promise<readonly Candidate[]> {
  const { items } = await api.dlq.list({ limit: mostDeadLetters }, signal);
  return items.map(({ id, code, group }) => ({ value: id, description: `${code} of ${group}` }));
}

/** The names that the installation knows; none where it does not answer, is not known, or says no. */
export async function namesFor(
  context: Context,
  { noun, placeholder, prefix }: Extract<Wanted, { readonly kind: 'name' }>,
): Promise<readonly Candidate[]> {
  const ask = nameSources[`${noun}.${placeholder}`] ?? nameSources[placeholder];
  if (ask === undefined) return [];
  try {
    const found = await ask(context, AbortSignal.any([context.signal, AbortSignal.timeout(longestMs)]));
    return found.map(({ value, description }) => ({ value: `${prefix}${value}`, description }));
  } catch {
    return [];
  }
}
