import { CodedError, halt } from '@millrace/messaging';
import avsc from 'avsc';
import { classifyRegistryFailure, registryRefused, registryUnavailable } from './failures.ts';
import { type RegistryAddress, type RegistryAnswer, type RegistryRequest, registryRequests } from './registry-http.ts';

/** One reason why a schema may not follow its predecessors. */
export interface SchemaProblem {
  /** The registered version that it breaks; null where the registry does not say which. */
  readonly version: number | null;
  readonly reason: string;
}

export interface SchemaCheck {
  readonly subject: string;
  /** `new`: no version yet; `registered`: this very schema is; `compatible`: it may be. */
  readonly state: 'new' | 'registered' | 'compatible' | 'incompatible';
  readonly problems: readonly SchemaProblem[];
}

export interface RegisteredSchema {
  readonly subject: string;
  readonly id: number;
  /** False when it was there already. */
  readonly isNew: boolean;
}

/** Checks and registers schemas; for deployment and operators. A running service only looks up. */
export interface SchemaAdmin {
  /** Against every registered version, changes nothing. */
  check(subject: string, schema: object): Promise<SchemaCheck>;
  /** Sets the level, checks, registers. The same schema again changes nothing. Rejects `X_REGISTRY_INCOMPATIBLE` with the reasons. */
  register(subject: string, schema: object): Promise<RegisteredSchema>;
}

const level = 'BACKWARD_TRANSITIVE';

export function connectSchemaAdmin(address: RegistryAddress): SchemaAdmin {
  const request = registryRequests(address);

  const check = (subject: string, schema: object): Promise<SchemaCheck> =>
    guard(`checking ${subject}`, async () => {
      const versions = await readVersions(request, subject);
      if (versions.length === 0) return { subject, state: 'new', problems: [] };
      if ((await findSchemaId(request, subject, schema)) !== null)
        return { subject, state: 'registered', problems: [] };
      const problems = versions.flatMap(({ version, schema: earlier }) => {
        const reason = whyUnreadable(schema, earlier);
        return reason === null ? [] : [{ version, reason }];
      });
      const refused = problems.length > 0 ? null : await askRegistry(request, subject, schema);
      const all = refused === null ? problems : [{ version: null, reason: refused }];
      return { subject, state: all.length > 0 ? 'incompatible' : 'compatible', problems: all };
    });

  const register = async (subject: string, schema: object): Promise<RegisteredSchema> => {
    const checked = await check(subject, schema);
    if (checked.state === 'incompatible') throw incompatible(subject, checked.problems);
    return guard(`registering ${subject}`, async () => {
      // Before the first version, or that one would stand unprotected.
      await setLevel(request, subject);
      const path = `/subjects/${encodeURIComponent(subject)}/versions`;
      const answer = await request('POST', path, { schema: JSON.stringify(schema) });
      if (answer.status === 409 || answer.status === 422)
        throw incompatible(subject, [{ version: null, reason: messageOf(answer) }]);
      return { subject, id: idOf(demandOk(answer, path)), isNew: checked.state !== 'registered' };
    });
  };

  return { check, register };
}

/**
 * The id under which exactly this schema is registered; null when it is not. Asks by the text first, then compares the
 * versions by meaning, because registries differ in how they normalise the text.
 */
export async function findSchemaId(request: RegistryRequest, subject: string, schema: object): Promise<number | null> {
  const answer = await request('POST', `/subjects/${encodeURIComponent(subject)}`, { schema: JSON.stringify(schema) });
  if (answer.status === 200) return idOf(answer);
  if (answer.status !== 404) demandOk(answer, subject);
  const wanted = canonical(schema);
  const same = (await readVersions(request, subject)).findLast((version) => canonical(version.schema) === wanted);
  return same?.id ?? null;
}

interface RegisteredVersion {
  readonly version: number;
  readonly id: number;
  readonly schema: object;
}

async function readVersions(request: RegistryRequest, subject: string): Promise<readonly RegisteredVersion[]> {
  const path = `/subjects/${encodeURIComponent(subject)}/versions`;
  const answer = await request('GET', path);
  if (answer.status === 404) return [];
  const numbers = demandOk(answer, path).body as readonly number[];
  return Promise.all(
    numbers.map(async (version) => {
      const { id, schema } = demandOk(await request('GET', `${path}/${version}`), path).body as {
        id: number;
        schema: string;
      };
      return { version, id, schema: JSON.parse(schema) as object };
    }),
  );
}

async function setLevel(request: RegistryRequest, subject: string): Promise<void> {
  const path = `/config/${encodeURIComponent(subject)}`;
  const found = await request('GET', path);
  const current = (found.body as { compatibilityLevel?: unknown } | null)?.compatibilityLevel;
  if (found.status === 200 && current === level) return;
  demandOk(await request('PUT', path, { compatibility: level }), path);
}

/** The registry's own verdict, under the level it has for the subject; null for yes. */
async function askRegistry(request: RegistryRequest, subject: string, schema: object): Promise<string | null> {
  const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`;
  const answer = await request('POST', path, { schema: JSON.stringify(schema) });
  if (answer.status === 404) return null;
  const body = demandOk(answer, path).body as { is_compatible: boolean; messages?: string[]; reason?: string };
  return body.is_compatible ? null : (body.messages?.join('; ') ?? body.reason ?? 'the registry says so');
}

/** Why what the earlier schema wrote cannot be read with this one, with the field; null when it can. */
export function whyUnreadable(reader: object, writer: object): string | null {
  try {
    parse(reader).createResolver(parse(writer));
    return null;
  } catch (error) {
    return Error.isError(error) ? error.message : String(error);
  }
}

const parse = (schema: object): avsc.Type => avsc.Type.forSchema(schema as avsc.Schema);

/** What decides how bytes are read: names, types, defaults. Docs and the order of attributes do not. */
function canonical(schema: object): string {
  return JSON.stringify(parse(schema).schema({ exportAttrs: true }));
}

const idOf = (answer: RegistryAnswer): number => (answer.body as { id: number }).id;

const messageOf = (answer: RegistryAnswer): string =>
  String((answer.body as { message?: unknown } | null)?.message ?? `status ${answer.status}`);

function demandOk(answer: RegistryAnswer, path: string): RegistryAnswer {
  if (answer.status === 200) return answer;
  throw Object.assign(new Error(`${path}: ${messageOf(answer)}`), { status: answer.status });
}

function incompatible(subject: string, problems: readonly SchemaProblem[]): CodedError {
  const reasons = problems.map(({ version, reason }) => (version === null ? reason : `version ${version}: ${reason}`));
  return new CodedError('X_REGISTRY_INCOMPATIBLE', `${subject} breaks what is registered: ${reasons.join('; ')}`, {
    disposition: halt,
    step: 'validate',
  });
}

async function guard<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (Error.isError(error) && error.name === 'CodedError') throw error;
    if (classifyRegistryFailure(error) === 'unavailable') throw registryUnavailable(doing, error);
    throw registryRefused(doing, error);
  }
}
