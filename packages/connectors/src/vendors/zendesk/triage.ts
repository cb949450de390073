import { createHash } from 'node:crypto';
import { fitText, type Takes } from '@millrace/text';
import { z } from 'zod';
import type { Judgement, SinkDelivery } from '../../kit/sink.ts';
import { readMapped } from '../../kit/sink-answers.ts';
import type { ZendeskChange, ZendeskTicket } from './client.ts';

/** What a comment of a ticket takes. */
const comment: Takes = { nul: false, controls: 'replaced', most: { count: 65_535, measure: 'bytes' } };

/** What a ticket should say after the delivery. */
export interface Triage {
  /** Task → tag. Another tag of the same task is ours from before and goes. */
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: string | null;
  readonly groupId: number | null;
  readonly note: string | null;
}

export interface TriageRules {
  /** Tasks whose label becomes a tag `<task>_<label>`. */
  readonly tagTasks: readonly string[];
  readonly priorityTask: string;
  readonly replyTask: string;
  readonly group: { readonly task: string; readonly ids: Readonly<Record<string, number>> } | undefined;
}

/** Our note in the audit of one of our updates: which event it was, which it is newer than, and what note it wrote. */
export interface Mark {
  readonly event: string;
  readonly sequence: string;
  readonly generation: number;
  readonly note: string;
}

/** Says that a ticket was updated by us before, so that only then its audits have to be read. */
export const ownTag = 'millrace';

const priorities = new Set(['urgent', 'high', 'normal', 'low']);

const mappedTriage = z.strictObject({
  tags: z.record(z.string(), z.string()).default({}),
  priority: z.enum(['urgent', 'high', 'normal', 'low']).nullable().default(null),
  groupId: z.int().nullable().default(null),
  note: z.string().min(1).nullable().default(null),
});

/** Only accepted judgements count: what the model is not sure of stays with people. Pure. */
export function toTriage(delivery: SinkDelivery, rules: TriageRules): Triage {
  const wanted = wantedTriage(delivery, rules);
  return {
    ...wanted,
    // As Zendesk keeps them: what it would change by itself would look like another's change each time.
    tags: Object.fromEntries(Object.entries(wanted.tags).map(([task, tag]) => [task, tagOf(tag)])),
    note: wanted.note === null ? null : fitText(wanted.note, comment),
  };
}

function wantedTriage(delivery: SinkDelivery, rules: TriageRules): Triage {
  return readMapped<Triage>(delivery.mapped, mappedTriage, () => {
    const label = (task: string): string | null => acceptedJudgement(delivery, task)?.label ?? null;
    const tags = rules.tagTasks.flatMap((task) => {
      const accepted = label(task);
      return accepted === null ? [] : [[task, `${task}_${accepted}`] as const];
    });
    const priority = label(rules.priorityTask);
    const queue = rules.group === undefined ? null : label(rules.group.task);
    return {
      tags: Object.fromEntries(tags),
      priority: priority !== null && priorities.has(priority) ? priority : null,
      groupId: queue === null ? null : (rules.group?.ids[queue] ?? null),
      note: suggestion(delivery, rules.replyTask),
    };
  });
}

/** The one update that makes the ticket say so; null when it says so already. Pure. */
export function planChange(
  held: ZendeskTicket,
  triage: Triage,
  delivery: SinkDelivery,
  last: Mark | null,
): ZendeskChange | null {
  const stale = (tag: string): boolean =>
    Object.entries(triage.tags).some(([task, wanted]) => tag !== wanted && tag.startsWith(`${task}_`));
  const tags = [...new Set([...held.tags.filter((tag) => !stale(tag)), ...Object.values(triage.tags), ownTag])];
  const tagsChange = tags.some((tag) => tag !== ownTag && !held.tags.includes(tag)) || held.tags.some(stale);
  const note = triage.note !== null && digest(triage.note) !== last?.note ? triage.note : null;
  const priority = triage.priority !== null && triage.priority !== held.priority ? triage.priority : null;
  const groupId = triage.groupId !== null && triage.groupId !== held.groupId ? triage.groupId : null;
  if (!tagsChange && note === null && priority === null && groupId === null) return null;
  const mark: Mark = {
    event: delivery.eventId,
    sequence: delivery.sequence,
    generation: delivery.generation,
    note: triage.note === null ? (last?.note ?? '') : digest(triage.note),
  };
  return {
    tags,
    ...(priority === null ? {} : { priority }),
    ...(groupId === null ? {} : { groupId }),
    ...(note === null ? {} : { note }),
    metadata: writeMark(mark),
  };
}

/** Zendesk keeps metadata values as text. */
export function writeMark(mark: Mark): Readonly<Record<string, string>> {
  return {
    millrace_event: mark.event,
    millrace_sequence: mark.sequence,
    millrace_generation: String(mark.generation),
    millrace_note: mark.note,
  };
}

/** Our marks among an audit trail's metadata; what others wrote there is passed over. */
export function readMarks(metadata: readonly Readonly<Record<string, unknown>>[]): readonly Mark[] {
  return metadata.flatMap((entry) => {
    const { millrace_event: event, millrace_sequence: sequence, millrace_note: note } = entry;
    if (typeof event !== 'string' || typeof sequence !== 'string') return [];
    const generation = Number(entry['millrace_generation'] ?? 0);
    return [{ event, sequence, generation, note: typeof note === 'string' ? note : '' }];
  });
}

/** The newest by (sequence, generation), the order that every guarded sink uses. */
export function newestMark(marks: readonly Mark[]): Mark | null {
  return marks.reduce<Mark | null>((newest, mark) => (newest === null || isNewer(mark, newest) ? mark : newest), null);
}

export function isNewer(
  left: { readonly sequence: string; readonly generation: number },
  right: { readonly sequence: string; readonly generation: number },
): boolean {
  if (left.sequence !== right.sequence) return left.sequence > right.sequence;
  return left.generation > right.generation;
}

function suggestion(delivery: SinkDelivery, task: string): string | null {
  const reply = acceptedJudgement(delivery, task);
  if (reply?.text === null || reply?.text === undefined || reply.text.trim() === '') return null;
  return `Suggested reply (${Math.round(reply.confidence * 100)} % sure):\n\n${reply.text}`;
}

function acceptedJudgement(delivery: SinkDelivery, task: string): Judgement | null {
  const judgement = delivery.value.judgements?.[task];
  return judgement?.decision === 'accepted' ? judgement : null;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Zendesk's tags are lower case without spaces. */
function tagOf(label: string): string {
  return label.toLowerCase().replace(/[^\p{L}\p{N}_-]+/gu, '_');
}
