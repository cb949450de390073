import type { HmacVerification, Source } from '@millrace/connectors';
import type { AnswerOf, GatewayEndpoints } from '@millrace/operator-api';
import type { ConfiguredSource } from './source-instances.ts';

/** A row of `millrace sources ls`: what a connector can do and how far that was checked. */
export type SourceSummary = AnswerOf<GatewayEndpoints['sources']['list']>[number];

export function summariseSources(
  definitions: Readonly<Record<string, Source>>,
  configured: ReadonlyMap<string, ConfiguredSource>,
): readonly SourceSummary[] {
  return Object.values(definitions).map((source) => ({
    name: source.name,
    summary: source.summary,
    scheme: source.verification.scheme,
    ...handshakeOf(source),
    verifiedBy: source.verifiedBy,
    coversBody: source.coversBody,
    replayProtected: source.replayProtected,
    ...(source.normalises === undefined ? {} : { normalises: source.normalises.join(', ') }),
    configured: [...configured.values()].filter(({ definition }) => definition === source).map(({ name }) => name),
  }));
}

/** What is asked when the address is set up. */
function handshakeOf({ handshakes }: Source): Pick<SourceSummary, 'handshake'> {
  const asked = handshakes.filter(({ routine }) => routine !== true).map(({ name }) => name);
  return asked.length === 0 ? {} : { handshake: asked.join(', ') };
}

/** What a person needs to point a vendor here, or to sign a request by hand. Holds the secret. */
export type SourceDetails = AnswerOf<GatewayEndpoints['sources']['show']>;

export function detailsOf(
  source: ConfiguredSource,
  addresses: { readonly url: string; readonly publicUrl: string | undefined },
): SourceDetails {
  const { definition } = source;
  const path = `/v1/webhooks/${source.name}`;
  const { publicUrl } = addresses;
  return {
    name: source.name,
    connector: definition.name,
    enabled: source.enabled,
    url: `${addresses.url}${path}`,
    ...(publicUrl === undefined ? {} : { publicUrl: `${publicUrl.replace(/\/$/, '')}${path}` }),
    secret: source.secrets[0]?.secret ?? null,
    headers: { 'content-type': 'application/json', ...proofHeaders(definition.verification) },
    ...(definition.subscription === undefined ? {} : { subscription: definition.subscription }),
  };
}

/** In words that a few lines of any language can follow. */
function proofHeaders({
  hash,
  secret,
  signature,
  timestamp,
  signed,
}: HmacVerification): Readonly<Record<string, string>> {
  const unit =
    timestamp?.unit === 's' ? 'Unix seconds' : timestamp?.unit === 'ms' ? 'Unix milliseconds' : 'ISO 8601 time, UTC';
  const time = timestamp !== undefined && 'header' in timestamp.in ? { [timestamp.in.header]: `<${unit}>` } : {};
  const content = signed
    .map((part) => (/^\{.*\}$/.test(part) ? part.slice(1, -1).replace('header:', '') : JSON.stringify(part)))
    .join(' + ');
  const mac = `${signature.encoding}(HMAC-${hash.toUpperCase()}(${keyInWords(secret)}, ${content}))`;
  return {
    ...signedHeaderHints(signed),
    ...time,
    [signature.header]: signatureInWords(
      signature.format,
      mac,
      timestamp !== undefined && 'pair' in timestamp.in ? timestamp.in.pair : null,
    ),
  };
}

function signedHeaderHints(signed: HmacVerification['signed']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    signed.flatMap((part) => {
      const name = /^\{header:(.+)\}$/.exec(part)?.[1];
      return name === undefined ? [] : [[name, '<unique per event, the same on a retry>']];
    }),
  );
}

function signatureInWords(
  format: HmacVerification['signature']['format'],
  mac: string,
  timePair: string | null,
): string {
  if (format.kind === 'plain') return `${format.prefix ?? ''}<${mac}>`;
  const versioned = `${format.version}${format.assign}<${mac}>`;
  return timePair === null ? versioned : `${timePair}${format.assign}<timestamp>${format.separator}${versioned}`;
}

function keyInWords(decoding: HmacVerification['secret']): string {
  switch (decoding) {
    case 'utf8':
      return 'secret';
    case 'hex':
      return 'unhex(secret)';
    case 'base64':
      return 'unbase64(secret)';
    case 'standard-webhooks':
      return 'unbase64(secret without whsec_)';
  }
}
