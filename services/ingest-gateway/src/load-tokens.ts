import { loadTokens as readTokens, type Tokens } from '@millrace/operator-api/server';
import { GatewayError } from './gateway-error.ts';

/** The first tokens of the operator API, from a file that only its owner reads. Without one there is no operator listener. */
export function loadTokens(path: string | undefined): Tokens | null {
  if (path === undefined) return null;
  try {
    return readTokens(path);
  } catch (error) {
    throw new GatewayError(
      'X_GATEWAY_TOKENS_FILE',
      'the tokens file cannot be read: expected JSON with operator and approver',
      error,
    );
  }
}
