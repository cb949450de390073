// One shot, for installations without the supervisor (docker compose, a Helm hook): topics, schemas, sample secrets.

import { join } from 'node:path';
import { loadFlows } from '@millrace/flows';
import { demandedReplicationFactor, kafkaSettings, registryAddress } from '@millrace/kafka';
import { isCodedError } from '@millrace/messaging';
import { defineSettings, loadSettingsOrExit, setting } from '@millrace/service';
import { neededServices } from '@millrace/system/environment';
import { loadServices } from '@millrace/system/services';
import { provisionTopics, registerSchemas } from './provision.ts';
import { secretHolders } from './secret-holders.ts';
import { writeSampleFolders } from './secrets.ts';

const settings = loadSettingsOrExit(
  defineSettings({
    ...kafkaSettings,
    flows: setting.path({
      env: 'MILLRACE_FLOWS',
      description: 'Folder of the flow files; consumer groups and their topics follow from it.',
    }),
    sampleFolder: setting.path({
      env: 'MILLRACE_SAMPLE_FOLDER',
      optional: true,
      description: 'Folder for sample secrets, keys and tokens, made at random where there are none; absent for none.',
    }),
    replicationFactor: demandedReplicationFactor,
  }),
  process.env,
);

try {
  const { replicationFactor, sampleFolder } = settings;
  const flows = loadFlows(settings.flows);
  if (sampleFolder !== undefined) {
    const services = neededServices(await loadServices(join(import.meta.dirname, '../../..')), flows);
    await writeSampleFolders(sampleFolder, secretHolders(services, flows));
  }
  const done = await Promise.all([
    provisionTopics({ kafka: settings, flows, replicationFactor }).then((words) => `topics: ${words}`),
    registerSchemas({ registry: registryAddress(settings), flows }).then((words) => `schemas: ${words}`),
  ]);
  console.log(done.join('\n'));
} catch (error) {
  console.error(isCodedError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
