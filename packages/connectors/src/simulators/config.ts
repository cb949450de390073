import { parseArgs } from 'node:util';
import { type Environment, type Setting, type SettingsDefinition, serviceSettings, setting } from '@millrace/service';
import { type Simulated, simulatedConnectors } from '../registry.ts';

interface SimulatorsSettings extends SettingsDefinition {
  readonly host: Setting<string>;
  readonly logLevel: (typeof serviceSettings)['logLevel'];
  readonly graceMs: Setting<number>;
  readonly parent: (typeof serviceSettings)['parent'];
  readonly ports: Setting<readonly string[]>;
  readonly dataFolder: Setting<string>;
  readonly gatewayUrl: Setting<string | undefined>;
  readonly limits: Setting<'on' | 'off'>;
}

const shared: SimulatorsSettings = {
  host: serviceSettings.host,
  logLevel: serviceSettings.logLevel,
  graceMs: serviceSettings.graceMs,
  parent: serviceSettings.parent,
  ports: setting.list({
    env: 'MILLRACE_SIMULATOR_PORTS',
    description: 'Which simulators to run, and where: `http=8102,…`, by connector.',
  }),
  dataFolder: setting.path({
    env: 'MILLRACE_DATA_DIR',
    description: 'Folder whose `simulators` subfolder keeps what they received.',
  }),
  gatewayUrl: setting.url({
    env: 'MILLRACE_GATEWAY_URL',
    optional: true,
    description: 'Gateway that simulators fire their webhooks at; none when absent.',
  }),
  limits: setting.oneOf(['on', 'off'], {
    env: 'MILLRACE_SIMULATOR_LIMITS',
    default: 'on',
    description: "Whether the vendors' documented rate limits hold.",
  }),
};

/** What the simulators are told: what all of them are, and what each of these declares, as `<connector>.<setting>`. */
export function simulatorSettingsOf(connectors: readonly Simulated[]): SimulatorsSettings {
  const own = connectors.flatMap(({ name, simulator }) =>
    Object.entries(simulator.settings).map(([key, declared]) => [`${name}.${key}`, declared] as const),
  );
  return { ...shared, ...Object.fromEntries(own) };
}

/** Of every simulator that there is. */
export const simulatorSettings: SimulatorsSettings = simulatorSettingsOf(simulatedConnectors);

/** Which simulators to run, before anything else is read. */
export const portSettings: { readonly ports: Setting<readonly string[]> } = { ports: shared.ports };

/** The part of the values that one simulator declares, by its own names. */
export function ownSettings(
  { name, simulator }: Simulated,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(simulator.settings).map((key) => [key, values[`${name}.${key}`]]));
}

/** What the command line says over the environment: `--limits on|off`. */
export function environmentWithFlags(environment: Environment, args: readonly string[]): Environment {
  const { values } = parseArgs({ args: [...args], options: { limits: { type: 'string' } } });
  return values.limits === undefined ? environment : { ...environment, MILLRACE_SIMULATOR_LIMITS: values.limits };
}

/** `name=port` pairs, in their order. Throws one sentence that names what is wrong. */
export function parseSimulatorPorts(
  pairs: readonly string[],
): readonly { readonly connector: Simulated; readonly port: number }[] {
  return pairs.map((pair) => {
    const [name, port] = pair.split('=');
    const connector = simulatedConnectors.find((known) => known.name === name);
    if (connector === undefined || port === undefined || !/^\d{1,5}$/.test(port)) {
      const names = simulatedConnectors.map((known) => known.name).join('|');
      throw new TypeError(`MILLRACE_SIMULATOR_PORTS: expected <${names}>=<port>, got ${JSON.stringify(pair)}`);
    }
    return { connector, port: Number(port) };
  });
}
