import { verifyHmac } from './hmac.ts';
import type { ActiveSecret, SignedRequest, Verdict, Verification } from './verification.ts';

/** Proves who sent a request, by the scheme its source pinned. Total: any bytes give a verdict. */
export function verify(
  verification: Verification,
  request: SignedRequest,
  options: { readonly secrets: readonly ActiveSecret[]; readonly now: number },
): Verdict {
  switch (verification.kind) {
    case 'hmac':
      return verifyHmac(verification, request, options);
  }
}
