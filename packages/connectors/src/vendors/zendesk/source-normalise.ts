import { cut } from '@millrace/text';
import type { Deletion } from '../../kit/deletion.ts';
import { attributesOf, type DocumentFields, emailDomainOf, fieldsOf } from '../../kit/document-fields.ts';
import type { EventMeta, Normalised } from '../../kit/normalise.ts';

const longestDerivedSubject = 150;
/** What these say of a ticket is that there is none any more. One that is restored is a ticket like any other. */
const deletions: Readonly<Record<string, Pick<Deletion, 'kind' | 'reason'>>> = {
  'ticket.soft_deleted': { kind: 'soft', reason: 'deleted' },
  'ticket.permanently_deleted': { kind: 'permanent', reason: 'deleted' },
  'ticket.marked_as_spam': { kind: 'soft', reason: 'spam' },
  'ticket.merged': { kind: 'soft', reason: 'merged' },
};

/** A Zendesk delivery → its ticket. Event mode states the ticket in `detail`; a trigger sends our template. */
export function normaliseTicket(document: unknown, meta: EventMeta): Normalised {
  const fields = fieldsOf(document);
  const type = fields.text('/type')?.replace(/^zen:event-type:/, '') ?? '';
  if (fields.has('/ticket')) return ticketOf(meta, fields, fromTemplate(fields, type), type);
  if (!type.startsWith('ticket.')) return { kind: 'filtered', reason: 'not-a-ticket' };
  return ticketOf(meta, fields, fromEvent(fields, type), type);
}

/** A ticket but for what both modes derive alike. */
interface Draft {
  readonly id: string | null;
  readonly subject: string | null;
  readonly description: string | null;
  readonly status: string | null;
  readonly priority: string | null;
  readonly channel: string | null;
  readonly requester: { readonly id: string | null; readonly name: string | null; readonly email: string | null };
  readonly tags: readonly string[];
  readonly assignee: string | null;
  readonly group: string | null;
  readonly url: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly attributes: Readonly<Record<string, string | null>>;
}

function ticketOf(meta: EventMeta, fields: DocumentFields, draft: Draft, type: string): Normalised {
  const id = fields.required(draft.id, 'the id of the ticket');
  const deletion = deletionOf(type, draft.status);
  const stated = draft.subject ?? firstLineOf(draft.description);
  const subject = deletion === null ? fields.required(stated, 'a subject or a description') : (stated ?? '');
  const { requester } = draft;
  const data = {
    ...draft,
    id,
    subject,
    status: draft.status?.toLowerCase() ?? null,
    priority: draft.priority?.toLowerCase() ?? null,
    channel: draft.channel?.toLowerCase() ?? null,
    requester:
      requester.id === null && requester.name === null && requester.email === null
        ? null
        : { ...requester, emailDomain: emailDomainOf(requester.email) },
    attributes: attributesOf(draft.attributes),
  };
  const eventTime = fields.instant('/time') ?? draft.updatedAt;
  const gone = deletion === null ? {} : { deletion: { ...deletion, at: eventTime ?? meta.receivedAt } };
  const item = { entity: 'tickets', item: id, key: `${meta.source}:${id}`, eventTime, data, ...gone };
  return { kind: 'entities', items: [item] };
}

/** A change of a ticket that is deleted already says so by its status alone. */
function deletionOf(type: string, status: string | null): Pick<Deletion, 'kind' | 'reason'> | null {
  if (Object.hasOwn(deletions, type)) return deletions[type] ?? null;
  return status?.toLowerCase() === 'deleted' ? { kind: 'soft', reason: 'deleted' } : null;
}

function fromEvent(fields: DocumentFields, type: string): Draft {
  const of = (name: string): string => `/detail/${name}`;
  return {
    id: fields.id(of('id')) ?? fields.text('/subject')?.match(/^zen:ticket:(\S+)$/)?.[1] ?? null,
    subject: fields.text(of('subject')),
    description: fields.text(of('description')),
    status: fields.text(of('status')),
    priority: fields.text(of('priority')),
    channel: fields.text(of('via/channel')),
    // The event names the requester by id alone; an app that enriches its events may add the rest.
    requester: {
      id: fields.id(of('requester_id')) ?? fields.id(of('requester/id')),
      name: fields.text(of('requester/name')),
      email: fields.text(of('requester/email')),
    },
    tags: fields.words(of('tags')),
    assignee: fields.id(of('assignee_id')),
    group: fields.id(of('group_id')),
    url: fields.text(of('url')),
    createdAt: fields.instant(of('created_at')),
    updatedAt: fields.instant(of('updated_at')),
    attributes: {
      ...fields.invalidInstants({ time: '/time', createdAt: of('created_at'), updatedAt: of('updated_at') }),
      event_type: type,
      type: fields.text(of('type'))?.toLowerCase() ?? null,
      organization_id: fields.id(of('organization_id')),
      brand_id: fields.id(of('brand_id')),
      form_id: fields.id(of('form_id')),
      external_id: fields.id(of('external_id')),
      custom_status: fields.id(of('custom_status')),
      submitter_id: fields.id(of('submitter_id')),
      actor_id: fields.id(of('actor_id')),
      account_id: fields.id('/account_id'),
      comment_id: fields.id('/event/comment/id'),
    },
  };
}

function fromTemplate(fields: DocumentFields, type: string): Draft {
  const of = (name: string): string => `/ticket/${name}`;
  return {
    id: fields.id(of('id')),
    subject: fields.text(of('subject')),
    description: fields.text(of('description')),
    status: fields.text(of('status')),
    priority: fields.text(of('priority')),
    channel: fields.text(of('channel')),
    requester: {
      id: fields.id(of('requester/id')),
      name: fields.text(of('requester/name')),
      email: fields.text(of('requester/email')),
    },
    tags: fields.words(of('tags')),
    assignee: fields.id(of('assignee')),
    group: fields.id(of('group')),
    url: urlOf(fields.text(of('url'))),
    createdAt: fields.instant(of('createdAt')),
    updatedAt: fields.instant(of('updatedAt')),
    attributes: {
      ...fields.invalidInstants({ time: '/time', createdAt: of('createdAt'), updatedAt: of('updatedAt') }),
      event_type: type === '' ? null : type,
      type: fields.text(of('type'))?.toLowerCase() ?? null,
      organization: fields.text(of('organization')),
      external_id: fields.id(of('externalId')),
      actor_id: fields.id('/actor'),
    },
  };
}

/** Chats and calls have no subject; people still want to see a line. */
function firstLineOf(description: string | null): string | null {
  const line = description?.trim().split(/\r?\n/, 1)[0]?.trim() ?? '';
  return line === '' ? null : cut(line, longestDerivedSubject);
}

/** The placeholder `{{ticket.url}}` comes without a scheme. */
function urlOf(url: string | null): string | null {
  return url === null || /^https?:\/\//.test(url) ? url : `https://${url}`;
}
