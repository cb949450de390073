// Made by `npm run generate` from schemas/. Do not edit.
import type { DeliveryCompleted } from './deliveries.ts';
import type { Issue, IssueClassified, IssueEnriched, IssueReceived } from './issues.ts';
import type { Lead, LeadClassified, LeadEnriched, LeadReceived } from './leads.ts';
import type { Message, MessageClassified, MessageEnriched, MessageReceived } from './messages.ts';
import type { OpsAudit, OpsControl, OpsDlqStatus, OpsPipeline, OpsReplayAck, OpsReplayJob } from './ops.ts';
import type { ReferenceRow } from './reference.ts';
import type { Ticket, TicketClassified, TicketEnriched, TicketReceived } from './tickets.ts';
import type { Transaction, TransactionClassified, TransactionEnriched, TransactionReceived } from './transactions.ts';
import type { TransformationRecorded } from './transformations.ts';
import type { WebhookReceived } from './webhooks.ts';

import { recordType } from '../codec.ts';
import type { EntityDefinition } from '../entities.ts';
import { defineTopic, type Topic } from '../topic.ts';
import { schemas } from './schemas.ts';

export interface Topics {
  /** A verified webhook exactly as it came over HTTP: the truth from which everything after can be made again. Key: the definition's subject pointer, as `<source>:<subject>`; null for sources that declare no order. */
  readonly webhooksReceived: Topic<WebhookReceived>;
  /** What one route did with one message. Key: entity key `<source instance>:<vendor id>`. */
  readonly deliveriesCompleted: Topic<DeliveryCompleted>;
  /** One change of one message by the transformation layer, before and after. Key: the input's key. */
  readonly transformationsRecorded: Topic<TransformationRecorded>;
  /** One row of a reference table; the newest of its key counts, a tombstone deletes it. Key: `<table>/<key>`. */
  readonly referenceRows: Topic<ReferenceRow>;
  /** What an operator wants of a consumer group: the newest record of a group counts until the next, through restarts of every process that runs it. Key: consumer group. */
  readonly opsControl: Topic<OpsControl>;
  /** Who did what to the installation, written before it acts. Key: target. */
  readonly opsAudit: Topic<OpsAudit>;
  /** How one pipeline stands; the newest of its group counts. Key: consumer group. */
  readonly opsPipelines: Topic<OpsPipeline>;
  /** A redrive job as it stands; the newest of its id counts. Key: job. */
  readonly opsReplayJob: Topic<OpsReplayJob>;
  /** What the target group did with one redriven record; resolved means acknowledged here. Key: dlq id. */
  readonly opsReplayAck: Topic<OpsReplayAck>;
  /** How one dead letter stands; the newest of its id counts. Key: dlq id. */
  readonly opsDlqStatus: Topic<OpsDlqStatus>;
  /** A canonical ticket as it came in, before anything was added. Key: entity key `<source instance>:<vendor id>`. */
  readonly ticketsReceived: Topic<TicketReceived>;
  /** A canonical ticket with what the reference tables say about it. Key: entity key `<source instance>:<vendor id>`. */
  readonly ticketsEnriched: Topic<TicketEnriched>;
  /** An enriched ticket with the models' judgements. Key: entity key `<source instance>:<vendor id>`. */
  readonly ticketsClassified: Topic<TicketClassified>;
  /** A canonical issue as it came in, before anything was added. Key: entity key `<source instance>:<vendor id>`. */
  readonly issuesReceived: Topic<IssueReceived>;
  /** A canonical issue with what the reference tables say about it. Key: entity key `<source instance>:<vendor id>`. */
  readonly issuesEnriched: Topic<IssueEnriched>;
  /** An enriched issue with the models' judgements. Key: entity key `<source instance>:<vendor id>`. */
  readonly issuesClassified: Topic<IssueClassified>;
  /** A canonical message as it came in, before anything was added. Key: entity key `<source instance>:<vendor id>`. */
  readonly messagesReceived: Topic<MessageReceived>;
  /** A canonical message with what the reference tables say about it. Key: entity key `<source instance>:<vendor id>`. */
  readonly messagesEnriched: Topic<MessageEnriched>;
  /** An enriched message with the models' judgements. Key: entity key `<source instance>:<vendor id>`. */
  readonly messagesClassified: Topic<MessageClassified>;
  /** A canonical transaction as it came in, before anything was added. Key: entity key `<source instance>:<vendor id>`. */
  readonly transactionsReceived: Topic<TransactionReceived>;
  /** A canonical transaction with what the reference tables say about it. Key: entity key `<source instance>:<vendor id>`. */
  readonly transactionsEnriched: Topic<TransactionEnriched>;
  /** An enriched transaction with the models' judgements. Key: entity key `<source instance>:<vendor id>`. */
  readonly transactionsClassified: Topic<TransactionClassified>;
  /** A canonical lead as it came in, before anything was added. Key: entity key `<source instance>:<vendor id>`. */
  readonly leadsReceived: Topic<LeadReceived>;
  /** A canonical lead with what the reference tables say about it. Key: entity key `<source instance>:<vendor id>`. */
  readonly leadsEnriched: Topic<LeadEnriched>;
  /** An enriched lead with the models' judgements. Key: entity key `<source instance>:<vendor id>`. */
  readonly leadsClassified: Topic<LeadClassified>;
}

/** Every topic with a schema of its own. */
export const topics: Topics = {
  webhooksReceived: defineTopic({ name: 'webhooks.received.v1', type: 'webhook.received', partitions: 4, schema: schemas.webhooksReceived }),
  deliveriesCompleted: defineTopic({ name: 'deliveries.completed.v1', type: 'delivery.completed', partitions: 4, schema: schemas.deliveriesCompleted }),
  transformationsRecorded: defineTopic({ name: 'transformations.recorded.v1', type: 'transformation.recorded', partitions: 4, schema: schemas.transformationsRecorded }),
  referenceRows: defineTopic({ name: 'reference.rows.v1', type: 'reference.row', partitions: 4, schema: schemas.referenceRows }),
  opsControl: defineTopic({ name: 'ops.control', type: 'ops.control', partitions: 1, schema: schemas.opsControl }),
  opsAudit: defineTopic({ name: 'ops.audit', type: 'ops.audit', partitions: 1, schema: schemas.opsAudit }),
  opsPipelines: defineTopic({ name: 'ops.pipelines', type: 'ops.pipeline', partitions: 1, schema: schemas.opsPipelines }),
  opsReplayJob: defineTopic({ name: 'ops.replay.job', type: 'ops.replay.job', partitions: 1, schema: schemas.opsReplayJob }),
  opsReplayAck: defineTopic({ name: 'ops.replay.ack', type: 'ops.replay.ack', partitions: 4, schema: schemas.opsReplayAck }),
  opsDlqStatus: defineTopic({ name: 'ops.dlq.status', type: 'ops.dlq.status', partitions: 4, schema: schemas.opsDlqStatus }),
  ticketsReceived: defineTopic({ name: 'tickets.received.v1', type: 'ticket.received', partitions: 4, schema: schemas.ticketsReceived }),
  ticketsEnriched: defineTopic({ name: 'tickets.enriched.v1', type: 'ticket.enriched', partitions: 4, schema: schemas.ticketsEnriched }),
  ticketsClassified: defineTopic({ name: 'tickets.classified.v1', type: 'ticket.classified', partitions: 4, schema: schemas.ticketsClassified }),
  issuesReceived: defineTopic({ name: 'issues.received.v1', type: 'issue.received', partitions: 4, schema: schemas.issuesReceived }),
  issuesEnriched: defineTopic({ name: 'issues.enriched.v1', type: 'issue.enriched', partitions: 4, schema: schemas.issuesEnriched }),
  issuesClassified: defineTopic({ name: 'issues.classified.v1', type: 'issue.classified', partitions: 4, schema: schemas.issuesClassified }),
  messagesReceived: defineTopic({ name: 'messages.received.v1', type: 'message.received', partitions: 4, schema: schemas.messagesReceived }),
  messagesEnriched: defineTopic({ name: 'messages.enriched.v1', type: 'message.enriched', partitions: 4, schema: schemas.messagesEnriched }),
  messagesClassified: defineTopic({ name: 'messages.classified.v1', type: 'message.classified', partitions: 4, schema: schemas.messagesClassified }),
  transactionsReceived: defineTopic({ name: 'transactions.received.v1', type: 'transaction.received', partitions: 4, schema: schemas.transactionsReceived }),
  transactionsEnriched: defineTopic({ name: 'transactions.enriched.v1', type: 'transaction.enriched', partitions: 4, schema: schemas.transactionsEnriched }),
  transactionsClassified: defineTopic({ name: 'transactions.classified.v1', type: 'transaction.classified', partitions: 4, schema: schemas.transactionsClassified }),
  leadsReceived: defineTopic({ name: 'leads.received.v1', type: 'lead.received', partitions: 4, schema: schemas.leadsReceived }),
  leadsEnriched: defineTopic({ name: 'leads.enriched.v1', type: 'lead.enriched', partitions: 4, schema: schemas.leadsEnriched }),
  leadsClassified: defineTopic({ name: 'leads.classified.v1', type: 'lead.classified', partitions: 4, schema: schemas.leadsClassified }),
};

export interface Entities {
  readonly tickets: EntityDefinition<Ticket>;
  readonly issues: EntityDefinition<Issue>;
  readonly messages: EntityDefinition<Message>;
  readonly transactions: EntityDefinition<Transaction>;
  readonly leads: EntityDefinition<Lead>;
}
export type EntityName = keyof Entities;

/** Every entity: its canonical record and its three topics. */
export const entities: Entities = {
  tickets: {
    name: 'tickets',
    record: recordType(schemas.tickets),
    version: 'updatedAt',
    received: topics.ticketsReceived,
    enriched: topics.ticketsEnriched,
    classified: topics.ticketsClassified,
  },
  issues: {
    name: 'issues',
    record: recordType(schemas.issues),
    version: 'updatedAt',
    received: topics.issuesReceived,
    enriched: topics.issuesEnriched,
    classified: topics.issuesClassified,
  },
  messages: {
    name: 'messages',
    record: recordType(schemas.messages),
    version: null,
    received: topics.messagesReceived,
    enriched: topics.messagesEnriched,
    classified: topics.messagesClassified,
  },
  transactions: {
    name: 'transactions',
    record: recordType(schemas.transactions),
    version: null,
    received: topics.transactionsReceived,
    enriched: topics.transactionsEnriched,
    classified: topics.transactionsClassified,
  },
  leads: {
    name: 'leads',
    record: recordType(schemas.leads),
    version: 'updatedAt',
    received: topics.leadsReceived,
    enriched: topics.leadsEnriched,
    classified: topics.leadsClassified,
  },
};
