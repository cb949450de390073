import { groupNotEmpty } from '@millrace/messaging';
import { classifyClientFailure } from '../errors.ts';

/** Who commits what no member does: a group takes it only while nobody is in it. */
export const nobody = { memberId: '', generationId: -1 } as const;

/** The coordinator does not know nobody as a member: so there are members. */
export const takenBy =
  (group: string) =>
  (error: unknown): never => {
    throw classifyClientFailure(error) === 'not-in-group' ? groupNotEmpty(group, error) : error;
  };
