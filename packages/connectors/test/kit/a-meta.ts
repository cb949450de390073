import type { EventMeta } from '../../src/kit/normalise.ts';

/** What is known of an event of this source instance beside its document. */
export const aMeta = (source: string, over: Partial<EventMeta> = {}): EventMeta => ({
  ...{ headers: [], eventType: null, receivedAt: 1_790_000_000_000, source, actor: null, integrationActor: null },
  ...over,
});
