import { createLogger, describeSettings, loadSettingsOrExit, runService } from '@millrace/service';
import { environmentWithFlags, parseSimulatorPorts, portSettings, simulatorSettingsOf } from './config.ts';
import { loadSimulators } from './open.ts';

const environment = environmentWithFlags(process.env, process.argv.slice(2));
const wanted = parseSimulatorPorts(loadSettingsOrExit(portSettings, environment).ports);
const declared = simulatorSettingsOf(wanted.map(({ connector }) => connector));
const settings = loadSettingsOrExit(declared, environment);

await runService({
  name: 'simulators',
  logger: createLogger({ service: 'simulators', level: settings.logLevel }),
  parts: await loadSimulators(settings, Date.now),
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(declared, settings),
});
