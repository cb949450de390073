import { type EntityName, entities, versionFields } from '@millrace/contracts';
import type { FlowSource } from './flow-source.ts';
import type { Version } from './flows.ts';
import { closest } from './known-names.ts';

/** What a flow says instead of a field, where the order of the log is to decide whatever producers state in their fields. */
const none = 'none';

/** The entity's own, where it has one. */
export function defaultVersion(entity: EntityName): Version | null {
  return entities[entity].version === null ? null : versionOf(entity, entities[entity].version);
}

/** The version of a flow, which counts where its first stage stamps the sequence. Problems go to the report. */
export function checkVersion(
  stated: string | undefined,
  { entity, from }: Pick<FlowSource, 'entity' | 'from'>,
  report: (message: string) => void,
): Version | null {
  if (stated === undefined) return defaultVersion(entity);
  if (from.stage !== 'received') {
    report(`${from.topic} has its sequence already; say the version in the flow that reads ${entity} as they come in`);
    return null;
  }
  if (stated === none) return null;
  const version = versionOf(entity, stated);
  if (version === null) report(unfit(entity, stated));
  return version;
}

function versionOf(entity: EntityName, field: string): Version | null {
  const kind = versionFields(entities[entity].record.schema).get(field);
  return kind === undefined ? null : { field, kind };
}

function unfit(entity: EntityName, field: string): string {
  const fields = [...versionFields(entities[entity].record.schema).keys()];
  const near = closest(field, fields);
  if (near !== null) return `${field} is no instant or whole number of ${entity}; did you mean ${near}?`;
  return `${field} is no instant or whole number of ${entity}; name ${[...fields, none].join(', ')}`;
}
