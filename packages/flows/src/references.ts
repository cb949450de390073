import { readFileSync } from 'node:fs';
import { FlowError } from './problems.ts';

/** What a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([^${}]*)\}/g;
const variable = /^([A-Z_][A-Z0-9_]*)(?::-(.*))?$/;
const file = /^file:(.+)$/;

/** Why a text is no reference as a whole; null when it is. */
export function secretProblem(text: string): string | null {
  const inside = /^\$\{([^${}]*)\}$/.exec(text)?.[1];
  if (inside === undefined)
    return 'is a secret: write a reference such as ${NAME} or ${file:/run/secrets/name}, never the value';
  if (variable.exec(inside)?.[2] !== undefined) return 'is a secret: a default would be its value';
  return referenceProblem(text);
}

/** What is wrong with the references inside a text; null when all are well formed. */
export function referenceProblem(text: string): string | null {
  for (const [whole, inside = ''] of text.matchAll(reference)) {
    if (!variable.test(inside) && !file.test(inside))
      return `${whole} is no reference: write \${NAME}, \${NAME:-default} or \${file:path}`;
  }
  return null;
}

/** The value of a secret reference. Called only by the service that needs the secret, when it needs it. */
export function resolveSecret(text: string, env: Environment): string {
  const problem = secretProblem(text);
  if (problem !== null) throw new FlowError('X_FLOWS_SECRET_MISSING', `a value that ${problem}`);
  return resolveText(text, env);
}

/** A copy of a connector's settings with every reference in it resolved. */
export function resolveReferences<T>(settings: T, env: Environment): T {
  return resolve(settings, env) as T;
}

function resolve(value: unknown, env: Environment): unknown {
  if (typeof value === 'string') return resolveText(value, env);
  if (Array.isArray(value)) return value.map((item) => resolve(item, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, env)]));
}

function resolveText(text: string, env: Environment): string {
  return text.replace(reference, (whole, inside: string) => {
    const [, path] = file.exec(inside) ?? [];
    if (path !== undefined) return readSecretFile(whole, path);
    const [, name = '', fallback] = variable.exec(inside) ?? [];
    const value = env[name] || fallback;
    if (value === undefined)
      throw new FlowError(
        'X_FLOWS_SECRET_MISSING',
        `${whole} needs the environment variable ${name}, which is not set`,
      );
    return value;
  });
}

function readSecretFile(whole: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new FlowError(
      'X_FLOWS_SECRET_MISSING',
      `${whole} needs a readable file: ${(cause as { readonly code?: string }).code}`,
      { cause },
    );
  }
}

/** Names of the environment variables that a part of the flow files refers to, in any depth. */
export function variablesIn(value: unknown): ReadonlySet<string> {
  if (typeof value === 'string')
    return new Set([...value.matchAll(reference)].flatMap(([, inside = '']) => variable.exec(inside)?.[1] ?? []));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((inner) => [...variablesIn(inner)]));
}
