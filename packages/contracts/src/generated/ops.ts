// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** Who did what to the installation, written before it acts. */
export interface OpsAudit {
  /** Verb of the operator API: dlq.redrive, pipelines.resume, sources.secret … */
  readonly action: string;
  /** Who. */
  readonly actor: string;
  /** What it was done to. */
  readonly target: string;
  /** Parameters as JSON; never a secret. */
  readonly detail: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

export const opsAuditSchema: AvroNode = {
  type: 'record',
  name: 'OpsAudit',
  namespace: 'io.millrace.ops.v1',
  doc: 'Who did what to the installation, written before it acts.',
  fields: [
    {
      name: 'action',
      type: 'string',
      doc: 'Verb of the operator API: dlq.redrive, pipelines.resume, sources.secret …',
    },
    { name: 'actor', type: 'string', doc: 'Who.' },
    { name: 'target', type: 'string', doc: 'What it was done to.' },
    { name: 'detail', type: ['null', 'string'], doc: 'Parameters as JSON; never a secret.', default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
  ],
};

/** What an operator wants of a consumer group: the newest record of a key counts until the next, through restarts of every process that runs it. Whether it works and how fast are two wishes under two keys, so that neither overwrites the other. */
export interface OpsControl {
  /** halt keeps the pipeline stopped; resume lifts any halt and reads secrets again; rate bounds how many records it starts. */
  readonly command: ControlCommand;
  /** Consumer group meant. */
  readonly group: string;
  /** Who ordered it. */
  readonly actor: string;
  /** When, epoch milliseconds. */
  readonly at: number;
  /** Of a halt: its members leave the group until resume, so that its offsets can be set. */
  readonly leaves: boolean;
  /** Of a rate: how many records the whole group may start per second; null for no limit. */
  readonly ratePerSecond: number | null;
}

/** What to do. */
export type ControlCommand = 'resume' | 'halt' | 'rate';

export const opsControlSchema: AvroNode = {
  type: 'record',
  name: 'OpsControl',
  namespace: 'io.millrace.ops.v1',
  doc: 'What an operator wants of a consumer group: the newest record of a key counts until the next, through restarts of every process that runs it. Whether it works and how fast are two wishes under two keys, so that neither overwrites the other.',
  fields: [
    {
      name: 'command',
      type: { type: 'enum', name: 'ControlCommand', doc: 'What to do.', symbols: ['resume', 'halt', 'rate'] },
      doc: 'halt keeps the pipeline stopped; resume lifts any halt and reads secrets again; rate bounds how many records it starts.',
    },
    { name: 'group', type: 'string', doc: 'Consumer group meant.' },
    { name: 'actor', type: 'string', doc: 'Who ordered it.' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
    {
      name: 'leaves',
      type: 'boolean',
      doc: 'Of a halt: its members leave the group until resume, so that its offsets can be set.',
      default: false,
    },
    {
      name: 'ratePerSecond',
      type: ['null', 'double'],
      doc: 'Of a rate: how many records the whole group may start per second; null for no limit.',
      default: null,
    },
  ],
};

/** How one dead letter stands; the newest of its id counts. */
export interface OpsDlqStatus {
  /** Dead letter. */
  readonly dlqId: string;
  /** Group that dead-lettered it. */
  readonly group: string;
  /** unresolved, scheduled, redriven, resolved, failed-again, parked, discarded or expired. */
  readonly status: string;
  /** Job that last touched it. */
  readonly job: string | null;
  /** Who last touched it. */
  readonly actor: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

export const opsDlqStatusSchema: AvroNode = {
  type: 'record',
  name: 'OpsDlqStatus',
  namespace: 'io.millrace.ops.v1',
  doc: 'How one dead letter stands; the newest of its id counts.',
  fields: [
    { name: 'dlqId', type: 'string', doc: 'Dead letter.' },
    { name: 'group', type: 'string', doc: 'Group that dead-lettered it.' },
    {
      name: 'status',
      type: 'string',
      doc: 'unresolved, scheduled, redriven, resolved, failed-again, parked, discarded or expired.',
    },
    { name: 'job', type: ['null', 'string'], doc: 'Job that last touched it.', default: null },
    { name: 'actor', type: ['null', 'string'], doc: 'Who last touched it.', default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
  ],
};

/** Which version of the flows is announced, and which each process runs; the newest of a key counts. */
export interface OpsFlows {
  /** `announced` for what an operator announced, else the process, such as sink-writers-0. */
  readonly process: string;
  /** How the process stands to what is announced. */
  readonly state: FlowsState;
  /** Version of the flows: a digest of everything that they say. */
  readonly digest: string;
  /** Why it waits, or must be started anew. */
  readonly reasons: readonly string[];
  /** Who announced it. */
  readonly actor: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** announced: what processes should run. running: the process runs this version, and all that was announced. waiting: it was not given the announced files, or cannot use them yet, and looks again by itself. restart: it runs this version until it is started anew. */
export type FlowsState = 'announced' | 'running' | 'waiting' | 'restart';

export const opsFlowsSchema: AvroNode = {
  type: 'record',
  name: 'OpsFlows',
  namespace: 'io.millrace.ops.v1',
  doc: 'Which version of the flows is announced, and which each process runs; the newest of a key counts.',
  fields: [
    {
      name: 'process',
      type: 'string',
      doc: '`announced` for what an operator announced, else the process, such as sink-writers-0.',
    },
    {
      name: 'state',
      type: {
        type: 'enum',
        name: 'FlowsState',
        doc: 'announced: what processes should run. running: the process runs this version, and all that was announced. waiting: it was not given the announced files, or cannot use them yet, and looks again by itself. restart: it runs this version until it is started anew.',
        symbols: ['announced', 'running', 'waiting', 'restart'],
      },
      doc: 'How the process stands to what is announced.',
    },
    { name: 'digest', type: 'string', doc: 'Version of the flows: a digest of everything that they say.' },
    {
      name: 'reasons',
      type: { type: 'array', items: 'string' },
      doc: 'Why it waits, or must be started anew.',
      default: [],
    },
    { name: 'actor', type: ['null', 'string'], doc: 'Who announced it.', default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
  ],
};

/** How one pipeline stands; the newest of its group counts. */
export interface OpsPipeline {
  /** Consumer group of the pipeline. */
  readonly group: string;
  /** Service that runs it. */
  readonly service: string;
  /** Process that says so. */
  readonly instance: string;
  /** running works; halted waits for an operator; open waits for its dependency (breaker). */
  readonly state: PipelineState;
  /** Error code that halted or opened it. */
  readonly code: string | null;
  /** Since when, epoch milliseconds. */
  readonly since: number;
  /** What halted it, where, and what fixes it, in words; null while it runs, and where an operator did. */
  readonly reason: string | null;
}

/** How it stands. */
export type PipelineState = 'running' | 'halted' | 'open';

export const opsPipelineSchema: AvroNode = {
  type: 'record',
  name: 'OpsPipeline',
  namespace: 'io.millrace.ops.v1',
  doc: 'How one pipeline stands; the newest of its group counts.',
  fields: [
    { name: 'group', type: 'string', doc: 'Consumer group of the pipeline.' },
    { name: 'service', type: 'string', doc: 'Service that runs it.' },
    { name: 'instance', type: 'string', doc: 'Process that says so.' },
    {
      name: 'state',
      type: { type: 'enum', name: 'PipelineState', doc: 'How it stands.', symbols: ['running', 'halted', 'open'] },
      doc: 'running works; halted waits for an operator; open waits for its dependency (breaker).',
    },
    { name: 'code', type: ['null', 'string'], doc: 'Error code that halted or opened it.', default: null },
    { name: 'since', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'Since when, epoch milliseconds.' },
    {
      name: 'reason',
      type: ['null', 'string'],
      doc: 'What halted it, where, and what fixes it, in words; null while it runs, and where an operator did.',
      default: null,
    },
  ],
};

/** What the target group did with one redriven record; resolved means acknowledged here. */
export interface OpsReplayAck {
  /** Job that sent it. */
  readonly job: string;
  /** Dead letter it came from. */
  readonly dlqId: string;
  /** Group that handled it. */
  readonly group: string;
  /** delivered, emitted, filtered, superseded, discarded or failed-again. */
  readonly outcome: string;
  /** Error code when it failed again. */
  readonly code: string | null;
  /** Event id of the record, where it could be decoded. */
  readonly eventId: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

export const opsReplayAckSchema: AvroNode = {
  type: 'record',
  name: 'OpsReplayAck',
  namespace: 'io.millrace.ops.v1',
  doc: 'What the target group did with one redriven record; resolved means acknowledged here.',
  fields: [
    { name: 'job', type: 'string', doc: 'Job that sent it.' },
    { name: 'dlqId', type: 'string', doc: 'Dead letter it came from.' },
    { name: 'group', type: 'string', doc: 'Group that handled it.' },
    { name: 'outcome', type: 'string', doc: 'delivered, emitted, filtered, superseded, discarded or failed-again.' },
    { name: 'code', type: ['null', 'string'], doc: 'Error code when it failed again.', default: null },
    {
      name: 'eventId',
      type: ['null', 'string'],
      doc: 'Event id of the record, where it could be decoded.',
      default: null,
    },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
  ],
};

/** A redrive job as it stands; the newest of its id counts. */
export interface OpsReplayJob {
  /** Job id. */
  readonly job: string;
  /** Consumer group whose lane is filled. */
  readonly group: string;
  /** planned, running, paused, done, cancelled or failed. */
  readonly state: string;
  /** Who started it. */
  readonly actor: string;
  /** Why, in the operator's words. */
  readonly reason: string | null;
  /** What was selected, as JSON: ids, fingerprint, times. */
  readonly selection: string;
  /** Generation the copies carry. */
  readonly generation: number;
  /** Records in the frozen plan. */
  readonly planned: number;
  /** Records copied into the lane so far. */
  readonly sent: number;
  /** Reason → records left out. */
  readonly skipped: Readonly<Record<string, number>>;
  /** When it was planned, epoch milliseconds. */
  readonly createdAt: number;
  /** When this state was written, epoch milliseconds. */
  readonly updatedAt: number;
}

export const opsReplayJobSchema: AvroNode = {
  type: 'record',
  name: 'OpsReplayJob',
  namespace: 'io.millrace.ops.v1',
  doc: 'A redrive job as it stands; the newest of its id counts.',
  fields: [
    { name: 'job', type: 'string', doc: 'Job id.' },
    { name: 'group', type: 'string', doc: 'Consumer group whose lane is filled.' },
    { name: 'state', type: 'string', doc: 'planned, running, paused, done, cancelled or failed.' },
    { name: 'actor', type: 'string', doc: 'Who started it.' },
    { name: 'reason', type: ['null', 'string'], doc: "Why, in the operator's words.", default: null },
    { name: 'selection', type: 'string', doc: 'What was selected, as JSON: ids, fingerprint, times.' },
    { name: 'generation', type: 'long', doc: 'Generation the copies carry.' },
    { name: 'planned', type: 'long', doc: 'Records in the frozen plan.' },
    { name: 'sent', type: 'long', doc: 'Records copied into the lane so far.' },
    { name: 'skipped', type: { type: 'map', values: 'long' }, doc: 'Reason → records left out.', default: {} },
    {
      name: 'createdAt',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was planned, epoch milliseconds.',
    },
    {
      name: 'updatedAt',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When this state was written, epoch milliseconds.',
    },
  ],
};
