import { createLogger, describeSettings, loadSettingsOrExit, runService } from '@millrace/service';
import { simulatorSettings } from './config.ts';
import { simulatorsOf } from './open.ts';

const settings = loadSettingsOrExit(simulatorSettings, process.env);

await runService({
  name: 'simulators',
  logger: createLogger({ service: 'simulators', level: settings.logLevel }),
  parts: simulatorsOf(settings, Date.now),
  graceMs: settings.graceMs,
  parent: settings.parent,
  settings: describeSettings(simulatorSettings, settings),
});
