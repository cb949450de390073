import type { SystemState } from '@millrace/system';
import type { Vendor } from './catalogue.ts';

interface Message {
  readonly eventId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What is asked of a simulator that is killed or frozen now is asked again. */
const answerMs = 5_000;

/** Posts to a simulator's own steering. */
export async function steer(state: SystemState, vendor: Vendor, verb: string, body: object = {}): Promise<void> {
  const answer = await fetch(`${urlOf(state, vendor)}/_simulator/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the ${vendor} simulator answered ${answer.status} to ${verb}`);
}

export async function answers(state: SystemState, vendor: Vendor): Promise<boolean> {
  const answer = await fetch(`${urlOf(state, vendor)}/_simulator/state`, { signal: AbortSignal.timeout(1_000) });
  await answer.arrayBuffer();
  return answer.ok;
}

/** One thing a vendor was told, in the order it came. */
export interface Received {
  readonly eventId: string;
  /** What it went to at the vendor, where one event may go to several: a channel. */
  readonly place: string;
  /** The sequence that the message itself carries; null where the vendor is not told. */
  readonly sequence: string | null;
}

/** Everything of ours that a vendor has received. */
export async function received(state: SystemState, vendor: Vendor): Promise<readonly Received[]> {
  const answer = await fetch(`${urlOf(state, vendor)}/_simulator/messages`, { signal: AbortSignal.timeout(60_000) });
  const { messages } = (await answer.json()) as { readonly messages: readonly Message[] };
  return messages.flatMap(({ eventId, detail }) =>
    eventId === null ? [] : [{ eventId, place: placeIn(detail), sequence: sequenceIn(vendor, detail) }],
  );
}

function placeIn({ channelName }: Message['detail']): string {
  return typeof channelName === 'string' ? channelName : '';
}

function sequenceIn(vendor: Vendor, detail: Message['detail']): string | null {
  const path = vendor === 'zendesk' ? ['audit', 'metadata', 'custom', 'millrace_sequence'] : ['message', 'sequence'];
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null),
    detail,
  );
  return typeof found === 'string' ? found : null;
}

function urlOf(state: SystemState, vendor: Vendor): string {
  const url = state.simulators[vendor]?.url;
  if (url === undefined) throw new Error(`state.json names no simulator called ${vendor}`);
  return url;
}
