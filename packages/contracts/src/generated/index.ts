// Made by `npm run generate` from schemas/. Do not edit.
export type { LookupMatch } from './context.ts';
export type { DeliveryCompleted, DeliveryOutcome } from './deliveries.ts';
export type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';
export type { Issue, IssueClassified, IssueEnriched, IssueReceived } from './issues.ts';
export type { Contribution, Decision, Judgement, ModelStamp } from './judgements.ts';
export type { Lead, LeadClassified, LeadEnriched, LeadReceived } from './leads.ts';
export type { Deletion, DeletionKind } from './lifecycle.ts';
export type { RawPosition } from './lineage.ts';
export type { Message, MessageClassified, MessageEnriched, MessageReceived } from './messages.ts';
export type {
  ControlCommand,
  FlowsState,
  OpsAudit,
  OpsControl,
  OpsDlqStatus,
  OpsFlows,
  OpsPipeline,
  OpsReplayAck,
  OpsReplayJob,
  PipelineState,
} from './ops.ts';
export type { Party } from './parties.ts';
export type { ReferenceRow } from './reference.ts';
export type { Ticket, TicketClassified, TicketEnriched, TicketReceived } from './tickets.ts';
export * from './topics.ts';
export type { Transaction, TransactionClassified, TransactionEnriched, TransactionReceived } from './transactions.ts';
export type { TransformationOutcome, TransformationRecorded } from './transformations.ts';
export type { BodyReference, Dedupe, HeaderField, Identity, Verification, WebhookReceived } from './webhooks.ts';
