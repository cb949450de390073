import { deadLetter, isCodedError, retry } from '@millrace/messaging';
import { OutboundError } from '@millrace/resilience/outbound-error';
import { z } from 'zod';
import {
  type AnySink,
  defineSink,
  reference,
  type Sink,
  type SinkContext,
  type SinkDelivery,
  type SinkResult,
  urlReference,
} from '../../kit/sink.ts';
import { createZendeskClient } from './client.ts';
import { isNewer, newestMark, ownTag, planChange, readMarks, toTriage } from './triage.ts';

const config = z.strictObject({
  baseUrl: urlReference('ZENDESK_BASE_URL').describe('`https://<subdomain>.zendesk.com`, or a simulator'),
  token: reference('ZENDESK_API_TOKEN').describe('OAuth access token, or an API token when `email` is given'),
  email: z.string().min(3).optional().describe('E-mail address of the API token'),
  tags: z
    .array(z.string().min(1))
    .default(['category', 'sentiment'])
    .describe('Tasks whose accepted label becomes a tag'),
  priority: z.string().min(1).default('priority').describe('Task whose accepted label becomes the priority'),
  reply: z.string().min(1).default('reply').describe('Task whose accepted text becomes an internal note'),
  group: z
    .strictObject({ task: z.string().min(1), ids: z.record(z.string(), z.int()) })
    .optional()
    .describe('Task and label → group id, to assign the ticket to a group'),
});
type ZendeskConfig = z.infer<typeof config>;

/** A ticket that is closed, as also merged and archived ones are, takes no change ever again; Zendesk answers 422 to each. */
const closed = 'closed';

const untouchedTicket = {
  ...{ id: 0, status: 'open', tags: [], priority: null, group_id: null },
  updated_at: new Date(0).toISOString(),
};

/** Somebody changing a ticket four times while we look at it is not a moment's bad luck. */
const conflictTries = 4;

export const zendeskSink: AnySink = defineSink<ZendeskConfig>({
  name: 'zendesk',
  summary: 'Writes tags, priority, group and a suggested reply as internal note to a ticket, in one safe update.',
  config,
  inDoubt: 'probe',
  // The ticket is gone there too.
  deletions: { soft: 'nothing', permanent: 'nothing' },
  entities: ['tickets'],
  rate: { requests: 100, perMs: 60_000 },
  concurrency: 16,
  echoes: true,
  open: openZendesk,
  rehearse: () => ({
    assumes: 'the ticket is open at Zendesk, without tags, priority, group and earlier updates of ours',
    http: ({ url }) => ({ body: url.includes('/audits.json') ? { audits: [] } : { ticket: untouchedTicket } }),
  }),
});

function openZendesk(config: ZendeskConfig, { outbound, now }: SinkContext): Sink {
  const client = createZendeskClient({
    baseUrl: config.baseUrl,
    token: config.token,
    email: config.email,
    outbound,
    now,
  });
  const rules = { tagTasks: config.tags, priorityTask: config.priority, replyTask: config.reply, group: config.group };

  const writeOnce = async (id: string, delivery: SinkDelivery, signal: AbortSignal): Promise<SinkResult> => {
    const destination = `zendesk ticket ${id}`;
    const held = await client.readTicket(id, signal);
    hasRead = true;
    const marks = held.tags.includes(ownTag) ? readMarks(await client.readMetadata(id, signal)) : [];
    if (marks.some(({ event }) => event === delivery.eventId)) return { outcome: 'delivered', destination };
    const last = newestMark(marks);
    if (last !== null && isNewer(last, delivery)) return { outcome: 'superseded', destination };
    const change = planChange(held, toTriage(delivery, rules), delivery, last);
    if (change === null) return { outcome: 'unchanged', destination };
    if (held.status === closed) return { outcome: 'filtered', reason: closed, destination };
    const changedAt = Date.parse(await client.updateTicket(id, held, change, signal));
    return { outcome: 'delivered', destination, ...(Number.isNaN(changedAt) ? {} : { changedAt }) };
  };
  /** Whether this account has shown us a ticket: it is the one that we mean. */
  let hasRead = false;
  /** Why the ticket takes no change any more, where a refusal means that; null for every other failure. */
  const reasonOf = async (id: string, error: unknown, signal: AbortSignal): Promise<string | null> => {
    const answer = isCodedError(error) ? error.refusal?.answer : undefined;
    // Invalid: it may have been closed since it was read.
    if (answer === '422') {
      const status = await client.readTicket(id, signal).then(
        (held) => held.status,
        () => null,
      );
      return status === closed ? closed : null;
    }
    // Not there, while all the rest is: deleted. Where nothing is there, it is the account or the address that is wrong.
    return answer === '404' && hasRead && (await client.answers(signal)) ? 'not-found' : null;
  };

  return {
    async write(delivery, signal) {
      const id = ticketId(delivery);
      for (let tried = 0; tried < conflictTries; tried += 1) {
        try {
          return await writeOnce(id, delivery, signal);
        } catch (error) {
          // Somebody was faster: what is wanted may be there already, or be older than theirs. Read again and decide.
          if (isCodedError(error) && error.code === 'X_HTTP_CONFLICT') continue;
          const reason = await reasonOf(id, error, signal);
          if (reason === null) throw error;
          return { outcome: 'filtered', reason, destination: `zendesk ticket ${id}` };
        }
      }
      throw new OutboundError(
        'X_SINK_CONTENDED',
        `The ticket changed ${conflictTries} times while it was to be updated`,
        {
          disposition: retry(),
          applied: 'no',
        },
      );
    },

    async probe(delivery, signal) {
      const marks = readMarks(await client.readMetadata(ticketId(delivery), signal));
      return marks.some(({ event }) => event === delivery.eventId);
    },

    close: async () => undefined,
  };
}

function ticketId({ value }: SinkDelivery): string {
  const { id } = value.entity as { readonly id?: unknown };
  if (typeof id === 'string' && /^\d{1,19}$/.test(id)) return id;
  throw new OutboundError('X_SINK_ENTITY', 'The ticket has no Zendesk id, which is a whole number', {
    disposition: deadLetter,
    applied: 'no',
  });
}
