import { type Setting, setting } from '@millrace/service';

/** How the breaker of a pipeline behaves; composed into a service's settings by spread. */
export const breakerSettings: { readonly breakerOpenMs: Setting<number> } = {
  breakerOpenMs: setting.durationMs({
    env: 'MILLRACE_BREAKER_OPEN_MS',
    default: 10_000,
    description: 'How long a pipeline stays paused when what it depends on is away, before one record probes it.',
  }),
};
