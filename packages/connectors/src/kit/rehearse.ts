import type { PostgresPool } from '@millrace/ledger/pool';
import type { Outbound } from '@millrace/resilience/outbound';
import type { Purpose, Rehearsal } from './rehearsal.ts';
import type { SinkContext } from './sink.ts';

/** What a sink would have sent, as a person may see it. */
export type ShownRequest =
  | {
      readonly kind: 'http';
      readonly purpose: Purpose;
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Parsed where it is JSON; null where there is none. */
      readonly body: unknown;
    }
  | { readonly kind: 'sql'; readonly purpose: Purpose; readonly statement: string; readonly parameters: unknown };

/** The ways out of a sink, which lead nowhere: what goes into them is kept to be shown, and answered by the rehearsal. */
export interface RehearsedWays extends Pick<SinkContext, 'outbound' | 'openPool'> {
  /** In the order of sending, with every secret replaced. */
  shown(): readonly ShownRequest[];
}

/** What stands in place of a secret. */
export const redacted = '[redacted]';

/** Credentials, and what is made of one: a signed request could be sent again by whoever reads it. */
const secretHeader = /auth|cookie|secret|token|signature|password|credential|(?<!idempotency-)key$/i;

export interface RehearsalWaysOptions {
  readonly rehearsal: Rehearsal;
  /** Replaced wherever they stand. */
  readonly secrets: readonly string[];
  /** Texts that stand for what is not known here, and how they are shown. */
  readonly placeholders?: ReadonlyMap<string, string>;
}

/** Opens nothing and sends nothing. A sink that asks for what its rehearsal does not answer is refused. */
export function rehearsedWays(options: RehearsalWaysOptions): RehearsedWays {
  const { rehearsal } = options;
  const taken: ShownRequest[] = [];
  const show = showing(options);

  const outbound: Outbound = {
    async send({ method, url, headers = {}, body }, signal) {
      signal.throwIfAborted();
      if (rehearsal.http === undefined) throw new TypeError('the sink uses HTTP, and its rehearsal answers none');
      const answer = rehearsal.http({ method, url, headers, ...(body === undefined ? {} : { body }) });
      taken.push({
        kind: 'http',
        purpose: answer.purpose ?? (method === 'GET' ? 'reads' : 'writes'),
        method,
        url: show.text(url),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, secretHeader.test(name) ? redacted : show.text(value)]),
        ),
        body: body === undefined ? null : show.value(parsedOrText(body.toString())),
      });
      return {
        status: answer.status ?? 200,
        headers: answer.headers ?? {},
        body: Buffer.from(answer.body === undefined ? '' : JSON.stringify(answer.body)),
      };
    },
    close: async () => undefined,
  };
  const query = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> => {
    if (rehearsal.sql === undefined) throw new TypeError('the sink uses Postgres, and its rehearsal answers none');
    const { rows, purpose = 'writes' } = rehearsal.sql({ text, values });
    const parameters = show.value(values.map((value) => (typeof value === 'string' ? parsedOrText(value) : value)));
    taken.push({ kind: 'sql', purpose, statement: text.trim(), parameters });
    return rows as R[];
  };
  const pool: PostgresPool = {
    query,
    prepared: query,
    connect: () => Promise.reject(new TypeError('a dry run opens no connection: use query or prepared')),
    end: async () => undefined,
  };
  return { outbound, openPool: () => pool, shown: () => taken };
}

/** JSON objects and lists only: the text `1` stays a text. */
function parsedOrText(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function showing({ secrets, placeholders = new Map() }: RehearsalWaysOptions): {
  readonly text: (text: string) => string;
  readonly value: (value: unknown) => unknown;
} {
  const replaced = [
    ...secrets.filter((secret) => secret !== '').map((secret) => [secret, redacted] as const),
    ...placeholders,
  ]
    // The longest first, so that what is left of one that holds another is none of it.
    .toSorted(([one], [other]) => other.length - one.length);
  const text = (from: string): string => replaced.reduce((shown, [what, by]) => shown.replaceAll(what, by), from);
  const value = (from: unknown): unknown => {
    if (typeof from === 'string') return text(from);
    if (Array.isArray(from)) return from.map(value);
    if (typeof from !== 'object' || from === null) return from;
    return Object.fromEntries(Object.entries(from).map(([name, inner]) => [text(name), value(inner)]));
  };
  return { text, value };
}
