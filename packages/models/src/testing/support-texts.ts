import { join } from 'node:path';
import { shippedPacks } from '../shipped-packs.ts';
import { readDataset } from '../train/dataset.ts';

export interface SupportTexts {
  /** A sentence each, some 60 characters. */
  readonly questions: readonly string[];
  /** Five questions of one matter each, as a customer goes on about it: some 300 characters. */
  readonly tickets: readonly string[];
}

const ticketsPerMatter = 8;
const questionsPerTicket = 5;

/**
 * What customers of a bank asked (Banking77's test file, CC BY 4.0, beside the packs). Measurements need it: a model that
 * is unsure asks a costlier one, and of made-up prose it never is sure.
 */
export async function supportTexts(): Promise<SupportTexts> {
  const { examples } = await readDataset(join(shippedPacks, '../data/banking77/test.csv'));
  const matters = [...Map.groupBy(examples, ({ label }) => label).values()];
  const ticket = (matter: typeof examples, at: number): string =>
    matter
      .slice(at * questionsPerTicket, (at + 1) * questionsPerTicket)
      .map(({ text }) => text)
      .join(' ');
  return {
    questions: examples.map(({ text }) => text),
    tickets: Array.from({ length: ticketsPerMatter }, (_, at) => matters.map((matter) => ticket(matter, at)))
      .flat()
      .filter((text) => text !== ''),
  };
}
