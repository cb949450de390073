import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Broker } from '@millrace/messaging';
import { adminLaws } from './broker/admin-laws.ts';
import type { BrokerHarness, BrokerLawContext, BrokerUnderLaw } from './broker/context.ts';
import { groupLaws } from './broker/group-laws.ts';
import { memberLaws } from './broker/member-laws.ts';
import { pipelineLaws } from './broker/pipeline-laws.ts';
import { pipelineOrderLaws } from './broker/pipeline-order-laws.ts';
import { pipelineWishLaws } from './broker/pipeline-wish-laws.ts';
import { pipelineWorkLaws } from './broker/pipeline-work-laws.ts';
import { producerLaws } from './broker/producer-laws.ts';
import { readerLaws } from './broker/reader-laws.ts';
import { staticMemberLaws } from './broker/static-member-laws.ts';

/** The laws of the broker port. Every adapter runs all of them; what it skips it declares, and the report says so. */
export function brokerLaws(name: string, subject: BrokerUnderLaw): void {
  describe(`broker laws: ${name}`, () => {
    let harness: BrokerHarness | undefined;
    let broker: Broker | undefined;
    let made = 0;
    const opened = <T>(value: T | undefined): T => {
      if (value === undefined) throw new Error('the harness did not open');
      return value;
    };
    const named = (kind: string): string => {
      made += 1;
      return `${opened(harness).namespace}${kind}-${made}`;
    };
    beforeAll(async () => {
      harness = await subject.make();
      broker = await harness.connect();
    }, 60_000);
    afterAll(async () => {
      await broker?.close();
      await harness?.dispose();
    }, 60_000);

    const context: BrokerLawContext = {
      subject,
      broker: () => opened(broker),
      harness: () => opened(harness),
      group: () => named('group'),
      topic: async (partitions = 3, config = {}) => {
        const topic = named('topic');
        await opened(broker).admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config }]);
        return topic;
      },
    };
    producerLaws(context);
    memberLaws(context);
    groupLaws(context);
    staticMemberLaws(context);
    readerLaws(context);
    adminLaws(context);
    pipelineLaws(context);
    pipelineOrderLaws(context);
    pipelineWorkLaws(context);
    pipelineWishLaws(context);
  });
}
