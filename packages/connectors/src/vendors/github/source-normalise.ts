import type { Deletion } from '../../kit/deletion.ts';
import { attributesOf, fieldsOf } from '../../kit/document-fields.ts';
import { type BodyType, headerOf, mebibyte, type Normalised, type RawWebhook } from '../../kit/source.ts';
import { documentOf } from '../../kit/webhook-body.ts';

/** Also of the definition (`source.ts`). GitHub sends JSON, or a form with the same JSON in one field. */
export const githubBody: { readonly types: readonly BodyType[]; readonly maxBytes: number } = {
  types: [{ kind: 'json' }, { kind: 'form', field: 'payload' }],
  maxBytes: 25 * mebibyte,
};

/** A deleted issue never comes back; one that was transferred lives on under another id, which its new repository tells. */
const deletions: Readonly<Record<string, Pick<Deletion, 'kind' | 'reason'> | undefined>> = {
  deleted: { kind: 'permanent', reason: 'deleted' },
  transferred: { kind: 'soft', reason: 'transferred' },
};

/** An `issues` event → its issue as it is now, with what happened to it. Every other event stays raw. */
export function normaliseIssue(raw: RawWebhook): Normalised {
  const event = headerOf(raw, 'x-github-event') ?? raw.eventType?.split('.', 1)[0];
  if (event !== 'issues') return { kind: 'filtered', reason: 'not-an-issue' };
  const fields = fieldsOf(documentOf(raw, githubBody));
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
  const gone = deletion === undefined ? {} : { deletion: { ...deletion, at: raw.receivedAt } };
  const item = { entity: 'issues', item: id, key: `${raw.source}:${id}`, eventTime, data, ...gone };
  return { kind: 'entities', items: [item] };
}
