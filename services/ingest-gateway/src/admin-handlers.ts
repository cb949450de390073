import type { Source } from '@millrace/connectors';
import type { Claims } from '@millrace/ledger';
import { type GatewayEndpoints, Refusal } from '@millrace/operator-api';
import type { HandlersOf } from '@millrace/operator-api/server';
import { detailsOf, summariseSources } from './describe-source.ts';
import { gatewayErrors } from './errors.ts';
import type { ConfiguredSource } from './source-instances.ts';
import type { ApiKeys } from './sources-file.ts';

export interface AdminHandlersOptions {
  readonly definitions: Readonly<Record<string, Source>>;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly keys: ApiKeys;
  readonly claims: Pick<Claims, 'find'>;
  /** Where the public listener is. */
  readonly url: () => string;
  /** Where the world reaches it, when that is elsewhere. */
  readonly publicUrl: string | undefined;
}

const ledgerAnswerMs = 3_000;

export function adminHandlers(options: AdminHandlersOptions): HandlersOf<GatewayEndpoints> {
  const { definitions, sources, keys, claims, url, publicUrl } = options;
  return {
    sources: {
      list: async () => summariseSources(definitions, sources),
      show: async ({ asked: { name } }) => {
        const source = sources.get(name);
        if (source === undefined) throw unknown(`there is no source ${name}`);
        return { target: name, act: async () => detailsOf(source, { url: url(), publicUrl }) };
      },
    },
    keys: {
      show: async ({ asked: { name } }) => {
        const { sample } = keys;
        if (name !== 'sample') throw unknown(`the key ${name} is not kept in the clear; only the sample key is`);
        if (sample === null) throw unknown('there is no sample key');
        return { target: name, act: async () => ({ name, url: `${url()}/v1/events/{entity}`, ...sample }) };
      },
    },
    events: {
      show: async ({ asked: { id }, signal }) => {
        const claim = await found(claims, id, signal);
        if (claim === null) throw unknown('the ledger has no such event');
        return { id, ...claim };
      },
    },
  };
}

async function found(claims: Pick<Claims, 'find'>, id: string, signal: AbortSignal): ReturnType<Claims['find']> {
  try {
    return await claims.find(id, AbortSignal.any([signal, AbortSignal.timeout(ledgerAnswerMs)]));
  } catch (cause) {
    const title = gatewayErrors.X_GATEWAY_LEDGER_AWAY;
    throw new Refusal({ code: 'X_GATEWAY_LEDGER_AWAY', status: 503, title, retryAfterSeconds: 5, cause });
  }
}

const unknown = (detail: string): Refusal =>
  new Refusal({ code: 'X_ADMIN_UNKNOWN', status: 404, title: gatewayErrors.X_ADMIN_UNKNOWN, detail });
