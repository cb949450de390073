import { readFile } from 'node:fs/promises';
import { CodedError, deadLetter } from '@millrace/messaging';
import { z } from 'zod';

/** What a pack is called and how its intents group into labels; all that training needs beside the data. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  readonly task: string;
  /** ISO 639-1 of the texts. */
  readonly language: string;
  readonly licence: string;
  readonly attribution: string;
  /** Label of a judgement → the intents that fall under it. Empty: every intent is its own label. */
  readonly queues: Readonly<Record<string, readonly string[]>>;
}

const recipe = z.strictObject({
  name: z.string().min(1),
  version: z.string().min(1),
  task: z.string().min(1).default('category'),
  language: z.string().min(2).default('en'),
  licence: z.string().default('unstated'),
  attribution: z.string().default(''),
  queues: z.record(z.string(), z.array(z.string())).default({}),
});

export async function readRecipe(file: string): Promise<Recipe> {
  try {
    return recipe.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new CodedError(
      'X_MODEL_DATA_INVALID',
      `${file} is not a recipe: ${cause instanceof Error ? cause.message : ''}`,
      {
        disposition: deadLetter,
        cause,
      },
    );
  }
}

/** A recipe for data that comes without one. */
export function plainRecipe(name: string): Recipe {
  return recipe.parse({ name, version: '1' });
}

/** Queue by intent; refuses an intent under two queues and one that the data does not have. */
export function queuesByIntent(queues: Recipe['queues'], intents: readonly string[]): Record<string, string> {
  const byIntent: Record<string, string> = {};
  const problems: string[] = [];
  for (const [queue, members] of Object.entries(queues)) {
    for (const intent of members) {
      if (byIntent[intent] !== undefined) problems.push(`${intent} is under ${byIntent[intent]} and ${queue}`);
      if (!intents.includes(intent)) problems.push(`${intent} (under ${queue}) is not in the data`);
      byIntent[intent] = queue;
    }
  }
  if (problems.length > 0) {
    throw new CodedError('X_MODEL_DATA_INVALID', `the recipe's queues do not fit the data: ${problems.join('; ')}`, {
      disposition: deadLetter,
    });
  }
  return byIntent;
}
