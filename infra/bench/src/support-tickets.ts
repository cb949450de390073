import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedPacks } from '@millrace/models';
import { parse } from 'csv-parse/sync';

export interface TicketText {
  readonly subject: string;
  readonly description: string;
}

/** Of one matter, as a customer goes on about it: some 300 characters. */
const questionsPerTicket = 5;

/**
 * What customers of a bank asked (Banking77's test file, CC BY 4.0, beside the packs), put together to tickets: a model
 * that is unsure asks a costlier one, so made-up prose would measure something else.
 */
export const supportTickets = (): ((index: number) => TicketText) => {
  const file = join(shippedPacks, '../data/banking77/test.csv');
  const rows: readonly { readonly text: string; readonly category: string }[] = parse(readFileSync(file), {
    columns: true,
  });
  const matters = [...Map.groupBy(rows, ({ category }) => category).values()];
  return (index) => {
    const questions = matters[index % matters.length] ?? [];
    const from = Math.floor(index / matters.length) * questionsPerTicket;
    const asked = Array.from(
      { length: questionsPerTicket },
      (_, at) => questions[(from + at) % questions.length]?.text ?? '',
    );
    return { subject: asked[0] ?? '', description: asked.join(' ') };
  };
};
