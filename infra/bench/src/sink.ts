import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TicketClassified, type Topic, topics } from '@millrace/contracts';
import { type Flows, loadFlows } from '@millrace/flows';
import { addedContext, ticketReceived } from './payload.ts';

/** What the sink reads: the shipped topic of judged tickets. */
export const sinkInput: Topic<TicketClassified> = topics.ticketsClassified;

/** The index-th judged ticket of so many keys. */
export const ticketClassified = (index: number, keys: number): TicketClassified => ({
  ...ticketReceived(index, keys),
  context: addedContext,
  judgements: {
    category: {
      label: 'card_arrival',
      decision: 'accepted',
      confidence: 0.93,
      reason: null,
      text: null,
      contributions: [{ feature: 'card', weight: 1.2 }],
      model: { name: 'support', version: '1.0.0', hash: 'f'.repeat(64), method: 'fast' },
    },
  },
});

/** The Postgres schema of a run's tables. */
export const schemaOf = (route: string): string => route.replaceAll('-', '_');

/** Flows with one route to Postgres, named after the run: a group, a schema and tables of its own. */
export const sinkFlows = async (route: string): Promise<Flows> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-flows-'));
  try {
    const text = `
sinks:
  postgres:
    url: \${POSTGRES_URL}
flows:
  tickets:
    classify: [ { task: category, pack: support } ]
    deliver: [ { route: ${route}, sink: postgres, schema: ${schemaOf(route)}, table: tickets } ]
`;
    await writeFile(join(folder, 'flows.yaml'), text);
    return loadFlows(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
