// Made by `npm run generate` from schemas/. Do not edit.
import { selfContained } from '../avro-schema.ts';
import type { EntityDefinition } from '../entities.ts';
import { defineTopic, type Topic } from '../topic.ts';
import { type DeliveryCompleted, deliveryCompletedSchema } from './deliveries.ts';
import { type Issue, issues } from './issues.ts';
import { type Lead, leads } from './leads.ts';
import { type Message, messages } from './messages.ts';
import {
  type OpsAudit,
  type OpsControl,
  type OpsDlqStatus,
  type OpsFlows,
  type OpsPipeline,
  type OpsReplayAck,
  type OpsReplayJob,
  opsAuditSchema,
  opsControlSchema,
  opsDlqStatusSchema,
  opsFlowsSchema,
  opsPipelineSchema,
  opsReplayAckSchema,
  opsReplayJobSchema,
} from './ops.ts';
import { type ReferenceRow, referenceRowSchema } from './reference.ts';
import { type Ticket, tickets } from './tickets.ts';
import { type Transaction, transactions } from './transactions.ts';
import { type TransformationRecorded, transformationRecordedSchema } from './transformations.ts';
import { type WebhookReceived, webhookReceivedSchema } from './webhooks.ts';

export interface Entities {
  readonly tickets: EntityDefinition<Ticket>;
  readonly issues: EntityDefinition<Issue>;
  readonly messages: EntityDefinition<Message>;
  readonly transactions: EntityDefinition<Transaction>;
  readonly leads: EntityDefinition<Lead>;
}
export type EntityName = keyof Entities;

/** Every entity: its canonical record and its three topics. */
export const entities: Entities = { tickets, issues, messages, transactions, leads };

export interface Topics {
  /** A verified webhook exactly as it came over HTTP: the truth from which everything after can be made again. Key: the definition's subject pointer, as `<source>:<subject>`; null for sources that declare no order. */
  readonly webhooksReceived: Topic<WebhookReceived>;
  /** What one route did with one message. Key: entity key `<source instance>:<vendor id>`. */
  readonly deliveriesCompleted: Topic<DeliveryCompleted>;
  /** One change of one message by the transformation layer, before and after. Key: the input's key. */
  readonly transformationsRecorded: Topic<TransformationRecorded>;
  /** One row of a reference table; the newest of its key counts, a tombstone deletes it. Key: `<table>/<key>`. */
  readonly referenceRows: Topic<ReferenceRow>;
  /** What an operator wants of a consumer group: the newest record of a key counts until the next, through restarts of every process that runs it. Whether it works and how fast are two wishes under two keys, so that neither overwrites the other. Key: consumer group, `<consumer group>#rate` for its rate. */
  readonly opsControl: Topic<OpsControl>;
  /** Who did what to the installation, written before it acts. Key: target. */
  readonly opsAudit: Topic<OpsAudit>;
  /** How one pipeline stands; the newest of its group counts. Key: consumer group. */
  readonly opsPipelines: Topic<OpsPipeline>;
  /** Which version of the flows is announced, and which each process runs; the newest of a key counts. Key: `announced`, or the process. */
  readonly opsFlows: Topic<OpsFlows>;
  /** A redrive job as it stands; the newest of its id counts. Key: job. */
  readonly opsReplayJob: Topic<OpsReplayJob>;
  /** What the target group did with one redriven record; resolved means acknowledged here. Key: dlq id. */
  readonly opsReplayAck: Topic<OpsReplayAck>;
  /** How one dead letter stands; the newest of its id counts. Key: dlq id. */
  readonly opsDlqStatus: Topic<OpsDlqStatus>;
  readonly ticketsReceived: Entities['tickets']['received'];
  readonly ticketsEnriched: Entities['tickets']['enriched'];
  readonly ticketsClassified: Entities['tickets']['classified'];
  readonly issuesReceived: Entities['issues']['received'];
  readonly issuesEnriched: Entities['issues']['enriched'];
  readonly issuesClassified: Entities['issues']['classified'];
  readonly messagesReceived: Entities['messages']['received'];
  readonly messagesEnriched: Entities['messages']['enriched'];
  readonly messagesClassified: Entities['messages']['classified'];
  readonly transactionsReceived: Entities['transactions']['received'];
  readonly transactionsEnriched: Entities['transactions']['enriched'];
  readonly transactionsClassified: Entities['transactions']['classified'];
  readonly leadsReceived: Entities['leads']['received'];
  readonly leadsEnriched: Entities['leads']['enriched'];
  readonly leadsClassified: Entities['leads']['classified'];
}

/** Every topic with a schema of its own. */
export const topics: Topics = {
  webhooksReceived: defineTopic({
    name: 'webhooks.received.v1',
    type: 'webhook.received',
    partitions: 4,
    schema: selfContained(webhookReceivedSchema),
  }),
  deliveriesCompleted: defineTopic({
    name: 'deliveries.completed.v1',
    type: 'delivery.completed',
    partitions: 4,
    schema: selfContained(deliveryCompletedSchema),
  }),
  transformationsRecorded: defineTopic({
    name: 'transformations.recorded.v1',
    type: 'transformation.recorded',
    partitions: 4,
    schema: selfContained(transformationRecordedSchema),
  }),
  referenceRows: defineTopic({
    name: 'reference.rows.v1',
    type: 'reference.row',
    partitions: 4,
    schema: selfContained(referenceRowSchema),
  }),
  opsControl: defineTopic({
    name: 'ops.control',
    type: 'ops.control',
    partitions: 1,
    schema: selfContained(opsControlSchema),
  }),
  opsAudit: defineTopic({ name: 'ops.audit', type: 'ops.audit', partitions: 1, schema: selfContained(opsAuditSchema) }),
  opsPipelines: defineTopic({
    name: 'ops.pipelines',
    type: 'ops.pipeline',
    partitions: 1,
    schema: selfContained(opsPipelineSchema),
  }),
  opsFlows: defineTopic({ name: 'ops.flows', type: 'ops.flows', partitions: 1, schema: selfContained(opsFlowsSchema) }),
  opsReplayJob: defineTopic({
    name: 'ops.replay.job',
    type: 'ops.replay.job',
    partitions: 1,
    schema: selfContained(opsReplayJobSchema),
  }),
  opsReplayAck: defineTopic({
    name: 'ops.replay.ack',
    type: 'ops.replay.ack',
    partitions: 4,
    schema: selfContained(opsReplayAckSchema),
  }),
  opsDlqStatus: defineTopic({
    name: 'ops.dlq.status',
    type: 'ops.dlq.status',
    partitions: 4,
    schema: selfContained(opsDlqStatusSchema),
  }),
  ticketsReceived: tickets.received,
  ticketsEnriched: tickets.enriched,
  ticketsClassified: tickets.classified,
  issuesReceived: issues.received,
  issuesEnriched: issues.enriched,
  issuesClassified: issues.classified,
  messagesReceived: messages.received,
  messagesEnriched: messages.enriched,
  messagesClassified: messages.classified,
  transactionsReceived: transactions.received,
  transactionsEnriched: transactions.enriched,
  transactionsClassified: transactions.classified,
  leadsReceived: leads.received,
  leadsEnriched: leads.enriched,
  leadsClassified: leads.classified,
};
