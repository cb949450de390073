import type { Deletion } from '../../kit/deletion.ts';
import { attributesOf, fieldsOf } from '../../kit/document-fields.ts';
import { type EventMeta, headerOf, type Normalised } from '../../kit/normalise.ts';

/** A deleted issue never comes back; one that was transferred lives on under another id, which its new repository tells. */
const deletions: Readonly<Record<string, Pick<Deletion, 'kind' | 'reason'> | undefined>> = {
  deleted: { kind: 'permanent', reason: 'deleted' },
  transferred: { kind: 'soft', reason: 'transferred' },
};

/** An `issues` event → its issue as it is now, with what happened to it. Every other event stays raw. */
export function normaliseIssue(document: unknown, meta: EventMeta): Normalised {
  const event = headerOf(meta.headers, 'x-github-event') ?? meta.eventType?.split('.', 1)[0];
  if (event !== 'issues') return { kind: 'filtered', reason: 'not-an-issue' };
  const fields = fieldsOf(document);
  const id = fields.required(fields.id('/issue/id'), 'issue.id');
  const updatedAt = fields.instant('/issue/updated_at');
  const data = {
    id,
    number: fields.integer('/issue/number'),
    repository: fields.text('/repository/full_name'),
    title: fields.required(fields.text('/issue/title'), 'issue.title'),
    body: fields.text('/issue/body'),
    state: fields.text('/issue/state')?.toLowerCase() ?? null,
    labels: fields.items('/issue/labels').flatMap((label) => label.text('/name') ?? []),
    author: fields.text('/issue/user/login'),
    action: fields.text('/action'),
    url: fields.text('/issue/html_url'),
    createdAt: fields.instant('/issue/created_at'),
    updatedAt,
    attributes: attributesOf({
      sender: fields.text('/sender/login'),
      assignee: fields.text('/issue/assignee/login'),
      milestone: fields.text('/issue/milestone/title'),
      state_reason: fields.text('/issue/state_reason'),
      author_association: fields.text('/issue/author_association'),
      label: fields.text('/label/name'),
      organization: fields.text('/organization/login'),
      installation_id: fields.id('/installation/id'),
      ...fields.invalidInstants({ createdAt: '/issue/created_at', updatedAt: '/issue/updated_at' }),
    }),
  };
  const deletion = Object.hasOwn(deletions, data.action ?? '') ? deletions[data.action ?? ''] : undefined;
  // GitHub does not say when an issue went, only when it last changed: it went after that.
  const eventTime = deletion === undefined || updatedAt === null ? updatedAt : updatedAt + 1;
  const gone = deletion === undefined ? {} : { deletion: { ...deletion, at: meta.receivedAt } };
  const item = { entity: 'issues', item: id, key: `${meta.source}:${id}`, eventTime, data, ...gone };
  return { kind: 'entities', items: [item] };
}
