/** What one sample is: a kind of the connectors' examples. */
export type SampleKind =
  | 'ticket'
  | 'ticket-urgent'
  | 'ticket-update'
  | 'issue'
  | 'poison-channel'
  | 'poison-ticket'
  | 'poison-issue';

const perCycle: readonly SampleKind[] = [
  'ticket', 'ticket', 'issue', 'ticket-urgent', 'ticket', 'ticket-update',
  'ticket', 'ticket', 'ticket', 'issue', 'ticket-urgent', 'ticket',
]; // biome-ignore format: a cycle read in two halves

const poison: readonly SampleKind[] = ['poison-issue', 'poison-channel', 'poison-ticket'];

/** In the first burst one of each kind of poison comes soon and again; later it is rare, so that what was mended stays seen. */
const poisonEvery = { first: 12, later: 120 } as const;
const firstBurst = 144;

/** What the n-th sample of a data folder is, from 0. The same for every start. */
export const sampleKind = (n: number): SampleKind => {
  const every = n < firstBurst ? poisonEvery.first : poisonEvery.later;
  if (n % every === every - 1) return poison[Math.floor(n / every) % poison.length] ?? 'ticket';
  return perCycle[n % perCycle.length] ?? 'ticket';
};

/** How long to wait before the n-th sample since this start: a burst, then a gentle trickle. */
export const pauseBefore = (sinceStart: number, isFirstStart: boolean): number => {
  const burst = isFirstStart ? firstBurst : 24;
  return sinceStart < burst ? 40 : 750;
};
