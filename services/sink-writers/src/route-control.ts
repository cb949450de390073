import { topics } from '@millrace/contracts';
import type { Broker, InboundRecord, PipelineRun, Serde, TopicReader } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';

export interface RouteControlOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly runs: () => readonly PipelineRun[];
  readonly logger: Logger;
}

/** Listens to `ops.control`: an operator's resume and halt reach the pipelines of this process. */
export async function openRouteControl(options: RouteControlOptions): Promise<TopicReader> {
  const { broker, logger } = options;
  // Commands from before this process are not for it: it starts with secrets read anew and nothing halted.
  return broker.createReader({
    topics: [topics.opsControl.name],
    from: 'latest',
    onRecord: (record) => {
      obey(record, options).catch((error: unknown) => {
        logger.error({ err: error, offset: record.offset }, names.logs.pipeline.commandFailed);
      });
    },
  });
}

async function obey(record: InboundRecord, { serde, runs }: RouteControlOptions): Promise<void> {
  if (record.value === null) return;
  const { command, group } = await serde.decode(topics.opsControl, record.value);
  const run = runs().find((candidate) => candidate.group === group);
  if (command === 'resume') await run?.resume();
  else run?.halt('X_ROUTE_HALTED');
}
