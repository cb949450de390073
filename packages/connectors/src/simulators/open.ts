import { join } from 'node:path';
import type { SettingsOf } from '@millrace/service';
import type { Simulator } from '../kit/simulator/simulator.ts';
import { ownSettings, parseSimulatorPorts, type simulatorSettings } from './config.ts';

/** The simulators that the settings ask for, not yet listening. Only they are loaded. */
export function loadSimulators(
  settings: SettingsOf<typeof simulatorSettings>,
  now: () => number,
): Promise<readonly Simulator[]> {
  const { gatewayUrl, host, dataFolder, limits } = settings;
  const receiver = (source: string): string | null =>
    gatewayUrl === undefined ? null : new URL(`/v1/webhooks/${source}`, gatewayUrl).href;
  const shared = { host, dataFolder: join(dataFolder, 'simulators'), limits: limits === 'on', now, receiver };
  return Promise.all(
    parseSimulatorPorts(settings.ports).map(async ({ connector, port }) => {
      const open = await connector.simulator.load();
      return open({ ...shared, port }, ownSettings(connector, settings));
    }),
  );
}
