import { signHmac } from './hmac.ts';
import type { Verification } from './verification.ts';

export interface SigningInput {
  readonly secret: string;
  readonly body: Buffer;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Further headers of the request, by lower-case name; those the scheme signs must be among them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers that a genuine sender adds, for simulators, samples and tests. */
export function signRequest(verification: Verification, input: SigningInput): Readonly<Record<string, string>> {
  const { signature, timestamp } = verification;
  const time = timestamp === undefined ? undefined : timestampText(input.now, timestamp.unit);
  const headers = input.headers ?? {};
  const mac = signHmac(verification, {
    secret: input.secret,
    body: input.body,
    headers,
    ...(time === undefined ? {} : { timestamp: time }),
  });
  const { format } = signature;
  if (format.kind === 'plain') {
    const own = { [signature.header]: `${format.prefix ?? ''}${mac}` };
    return time === undefined || timestamp === undefined || !('header' in timestamp.in)
      ? own
      : { ...own, [timestamp.in.header]: time };
  }
  const versioned = `${format.version}${format.assign}${mac}`;
  if (time === undefined || timestamp === undefined) return { [signature.header]: versioned };
  if ('header' in timestamp.in) return { [signature.header]: versioned, [timestamp.in.header]: time };
  return { [signature.header]: `${timestamp.in.pair}${format.assign}${time}${format.separator}${versioned}` };
}

function timestampText(now: number, unit: 's' | 'ms' | 'iso'): string {
  switch (unit) {
    case 's':
      return String(Math.floor(now / 1000));
    case 'ms':
      return String(now);
    case 'iso':
      return new Date(now).toISOString();
  }
}
