import { type Setting, setting, withRule } from '@millrace/service';
import { problemOfKeys } from './sealing.ts';

const env = 'MILLRACE_TOKEN_KEYS';

/** What seals the tokens of connections. Spread it into a service's settings. */
export const tokenSettings: { readonly tokenKeys: Setting<string | undefined> } = {
  tokenKeys: withRule(
    setting.secret({
      env,
      optional: true,
      description:
        'Keys that seal the tokens of connections, as id:key,id:key with 32 bytes of base64 each. The first seals, all open: put a new one first, and drop an old one once nothing is sealed with it.',
      example: '2026-12:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    }),
    ({ value }) => {
      const keys = value('tokenKeys');
      const problem = typeof keys === 'string' ? problemOfKeys(keys) : null;
      return problem === null ? [] : [{ env, problem }];
    },
  ),
};
