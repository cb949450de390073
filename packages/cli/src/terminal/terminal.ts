import type { Output } from './output.ts';
import type { Pager } from './pager.ts';

/** Where everything goes that the command says. */
export interface Terminal {
  /** Answers, and nothing else. */
  readonly out: Output;
  /** Progress, hints and failures. */
  readonly err: Output;
  /** Absent where the environment wants none. */
  readonly pager?: Pager | undefined;
}
