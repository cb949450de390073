import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectors } from '@millrace/connectors/registry';

/** Everything secret of one embedded system, made at random on its first start. */
export interface Secrets {
  readonly postgresPassword: string;
  /** Values of the flow files' `${NAME}` references, by name. */
  readonly flowVariables: Readonly<Record<string, string>>;
  /** API key for business events. */
  readonly sampleKey: string;
  readonly tokens: { readonly operator: string; readonly approver: string; readonly admin: string };
}

/** Of every connector, in the shape that its vendor gives out. */
const makeFlowSecret = Object.values(connectors).flatMap(({ sampleSecrets = {} }) => Object.entries(sampleSecrets));

const token = (bytes: number): string => randomBytes(bytes).toString('base64url');

export const tokenFile = (dataDir: string): string => join(dataDir, 'tokens.json');
export const sourcesFile = (dataDir: string): string => join(dataDir, 'sources.json');
const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json');

/** Reads the folder's secrets, or makes them. A secret that a newer Millrace knows is added. All files are for the owner alone. */
export const loadSecrets = async (dataDir: string): Promise<Secrets> => {
  const known = await readKnown(dataDir);
  const flowVariables = Object.fromEntries(
    makeFlowSecret.map(([name, make]) => [name, known.flowVariables?.[name] ?? make(randomBytes)]),
  );
  const secrets: Secrets = {
    postgresPassword: known.postgresPassword ?? token(24),
    flowVariables,
    sampleKey: known.sampleKey ?? `mr_${token(24)}`,
    tokens: {
      operator: known.tokens?.operator ?? `mro_${token(24)}`,
      approver: known.tokens?.approver ?? `mra_${token(24)}`,
      admin: known.tokens?.admin ?? `mrx_${token(24)}`,
    },
  };
  await writePrivately(secretsFile(dataDir), `${JSON.stringify(secrets, null, 2)}\n`);
  await writePrivately(tokenFile(dataDir), `${JSON.stringify(secrets.tokens, null, 2)}\n`);
  await writeSampleKey(sourcesFile(dataDir), secrets.sampleKey);
  return secrets;
};

/** A program that nobody starts with its secrets: it reads them from a folder that is its own. */
export interface SecretHolder {
  readonly name: string;
  /** Variables of the flow files that it may know, and which secret each is. */
  readonly variables: readonly string[];
  readonly tokens: boolean;
  readonly keys: boolean;
}

/** `<folder>/<program>/`: a file of environment variables, the operators' tokens and the keys, as far as each may know them. */
export const writeSampleFolders = async (folder: string, holders: readonly SecretHolder[]): Promise<void> => {
  const { flowVariables, tokens, sampleKey } = await loadSecrets(folder);
  for (const { name, variables, ...also } of holders) {
    const own = join(folder, name);
    await mkdir(own, { recursive: true, mode: 0o700 });
    const environment = variables.map((name) => [name, flowVariables[name]]);
    await writePrivately(join(own, 'environment.json'), json(Object.fromEntries(environment)));
    if (also.tokens) await writePrivately(tokenFile(own), json(tokens));
    if (also.keys) await writeSampleKey(sourcesFile(own), sampleKey);
  }
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const isFlowSecret = (name: string): boolean => makeFlowSecret.some(([known]) => known === name);

interface SourcesFile {
  readonly keys?: readonly { readonly client?: string }[];
}

/** The gateway's key file: digests of all keys, and the sample's own text. What a person added to it stays. */
const writeSampleKey = async (path: string, key: string): Promise<void> => {
  const known: SourcesFile = existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as SourcesFile) : {};
  const sample = { client: 'sample', sha256: createHash('sha256').update(key).digest('hex'), scopes: ['*'] };
  const keys = [...(known.keys ?? []).filter(({ client }) => client !== sample.client), sample];
  await writePrivately(
    path,
    `${JSON.stringify({ ...known, keys, sample: { client: sample.client, key } }, null, 2)}\n`,
  );
};

const readKnown = async (dataDir: string): Promise<Partial<Secrets>> => {
  if (existsSync(secretsFile(dataDir))) return JSON.parse(await readFile(secretsFile(dataDir), 'utf8')) as Secrets;
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new SecretsLost(
      `The data folder ${dataDir} has a database but no secrets.json, which holds its password; restore that file or choose another folder with --data.`,
    );
  }
  return {};
};

/** Codes of this program. */
export const provisionErrors = {
  X_PROVISION_SECRETS_LOST:
    'The data folder has a database but not the password it was made with; put secrets.json back or choose another folder.',
} as const;

/** The database of a data folder is there and its password is not. The message is one sentence for a person. */
export class SecretsLost extends Error {
  override readonly name = 'SecretsLost';
  readonly code: keyof typeof provisionErrors = 'X_PROVISION_SECRETS_LOST';
}

/** For the owner alone, by one rename: never half there, never readable for a moment. */
const writePrivately = async (path: string, content: string): Promise<void> => {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
};
