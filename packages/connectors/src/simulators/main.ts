import { createLogger, describeSettings, loadSettingsOrExit, runService } from '@millrace/service';
import { environmentWithFlags, simulatorSettings } from './config.ts';
import { simulatorsOf } from './open.ts';

const settings = loadSettingsOrExit(simulatorSettings, environmentWithFlags(process.env, process.argv.slice(2)));

await runService({
  name: 'simulators',
  logger: createLogger({ service: 'simulators', level: settings.logLevel }),
  parts: simulatorsOf(settings, Date.now),
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(simulatorSettings, settings),
});
