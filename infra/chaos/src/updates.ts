import { ticketBody } from '@millrace/system/zendesk-ticket';
import { cut } from '@millrace/text';
import { between } from './random.ts';

/** Through which door an update comes in: a signed webhook, or a business event of that entity. */
export type Door = 'zendesk' | 'tickets' | 'issues';

/** One update of one object. Those of one object are sent one after the other, each when the one before was accepted. */
export interface Update {
  readonly door: Door;
  /** Entity key, as `deliveries` has it. */
  readonly key: string;
  /** Counts the updates of the key, from 0. */
  readonly number: number;
  /** The same for each try, so that a repetition is known as one. */
  readonly identity: string;
  /** Made when it is first sent: the event's own time is then. */
  readonly body: (now: number) => string;
}

export interface UpdatesOptions {
  /** Keeps two runs on one data folder apart. */
  readonly run: string;
  readonly random: () => number;
  /** Objects that are updated in turn. */
  readonly keys: number;
}

/** An object is left alone after so many updates: a route halts at thirty within an hour, taking them for an echo. */
const updatesOfKey = 8;
/** Six of ten objects come by webhook. */
const doors: readonly Door[] = [
  'zendesk',
  'tickets',
  'zendesk',
  'issues',
  'zendesk',
  'zendesk',
  'tickets',
  'zendesk',
  'issues',
  'zendesk',
];
const firstObject = 10_000_000;
const texts = [
  'How do I top up my account with my card?',
  'My card was stolen and somebody is spending my money, block it now!',
  'When will my new card arrive?',
  'Why was I charged a fee for my transfer?',
  'I cannot find where to change my PIN.',
  'The exchange rate on my payment is wrong.',
];
/** One in seven is a customer whose tickets are told to one more route. */
const senders = [
  'edsger@example.com',
  'barbara@example.com',
  'ada@example.com',
  'grace@example.com',
  'linus@example.com',
  'cto@northwind.example',
  'ann@example.com',
];
const repositories = ['acme/mill', 'acme/flume', 'acme/sluice'];

/** The updates of a run in the order they fall due. Pure but for the generator, which decides texts and senders. */
export function updates({ run, random, keys }: UpdatesOptions): (index: number) => Update {
  return (index) => {
    const round = Math.floor(index / keys);
    const object = (index % keys) + keys * Math.floor(round / updatesOfKey);
    const number = round % updatesOfKey;
    const door = doors[object % doors.length] ?? 'zendesk';
    const id = String(firstObject + object);
    const text = texts[between(random, 0, texts.length - 1)] ?? '';
    const identity = `${run}-${id}-${number}`;
    const facts: Facts = { id, number, identity, text, object };
    const key = door === 'zendesk' ? `zendesk:${id}` : `sample:${id}`;
    return { door, key, number, identity, body: (now) => bodies[door](facts, new Date(now)) };
  };
}

interface Facts {
  readonly id: string;
  readonly number: number;
  readonly identity: string;
  readonly text: string;
  readonly object: number;
}

const senderOf = ({ object }: Facts): string => senders[object % senders.length] ?? '';

const bodies: Readonly<Record<Door, (facts: Facts, at: Date) => string>> = {
  zendesk: (facts, at) =>
    ticketBody({
      ticket: facts.id,
      eventId: facts.identity,
      type: facts.number === 0 ? 'created' : 'priority_changed',
      subject: cut(facts.text, 80),
      description: facts.text,
      email: senderOf(facts),
      at: at.toISOString(),
    }),
  tickets: (facts, at) =>
    JSON.stringify({
      id: facts.id,
      subject: cut(facts.text, 80),
      description: facts.text,
      status: 'open',
      channel: 'api',
      requester: { id: '1', name: 'Grace Example', email: senderOf(facts), emailDomain: senderOf(facts).split('@')[1] },
      attributes: { update: String(facts.number) },
      updatedAt: at.getTime(),
    }),
  issues: (facts, at) =>
    JSON.stringify({
      id: facts.id,
      number: facts.object,
      repository: repositories[facts.object % repositories.length],
      title: facts.text,
      state: 'open',
      action: facts.number === 0 ? 'opened' : 'edited',
      attributes: { update: String(facts.number) },
      updatedAt: at.getTime(),
    }),
};
