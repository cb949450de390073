import type { State } from './system.ts';

interface Message {
  readonly eventId: string | null;
}

/** Posts to a simulator's own steering. */
export async function steer(state: State, vendor: string, verb: string, body: object): Promise<void> {
  const url = state.simulators?.[vendor]?.url;
  if (url === undefined) throw new Error(`state.json names no simulator called ${vendor}`);
  const answer = await fetch(`${url}/_simulator/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the ${vendor} simulator answered ${answer.status} to ${verb}`);
}

/** Events that a vendor shows more than once. */
export async function doubledAt(state: State, vendor: string): Promise<number> {
  const answer = await fetch(`${state.simulators?.[vendor]?.url}/_simulator/messages`);
  const { messages } = (await answer.json()) as { readonly messages: readonly Message[] };
  const seen = new Map<string, number>();
  for (const { eventId } of messages) if (eventId !== null) seen.set(eventId, (seen.get(eventId) ?? 0) + 1);
  return [...seen.values()].filter((count) => count > 1).length;
}
