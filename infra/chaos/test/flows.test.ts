import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadFlows } from '@millrace/flows';
import { chaosFlows, groupsByVendor, routesOf } from '../src/flows.ts';

const repository = join(import.meta.dirname, '../../flows');
const folder = mkdtempSync(join(tmpdir(), 'millrace-chaos-flows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the flows of a run', () => {
  const made = chaosFlows(repository, join(folder, 'made'), 'full');

  it('are those of the repository in the mode that was asked for', () => {
    expect(readFileSync(join(made, 'tickets.yaml'), 'utf8')).toContain('mode: full');
    expect(routesOf(made)).toEqual(routesOf(repository));
  });

  it('keep the order of a key through failures where the destination cannot tell old from new, and only there', () => {
    const orders = Object.values(loadFlows(made).flows).flatMap(({ deliver }) =>
      deliver.map(({ sink, onFailure }) => [sink, onFailure] as const),
    );
    expect(new Set(orders.map(([sink, onFailure]) => `${sink} ${onFailure}`))).toEqual(
      new Set(['zendesk tiers', 'postgres tiers', 'slack hold-key', 'http hold-key']),
    );
  });

  it('tell which groups wait when a vendor is away', () => {
    expect(groupsByVendor(routesOf(made))).toEqual({
      zendesk: ['sink-writers.tickets.triage'],
      slack: ['sink-writers.tickets.urgent', 'sink-writers.tickets.vip'],
      http: ['sink-writers.issues.notify'],
    });
  });
});
