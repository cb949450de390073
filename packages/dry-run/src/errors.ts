/** Codes of this package. */
export const dryRunErrors = {
  X_DRY_RUN_SAMPLE:
    'The sample is not one that the flows could be given. Each place is named by its JSON pointer, with what is expected there.',
  X_DRY_RUN_REFERENCE: 'The folder of reference tables cannot be read. Name one that holds `<table>.csv` files.',
  X_DRY_RUN_ENDLESS:
    'The sample goes round: its records lead to more than a thousand others. Look at what the flows read.',
} as const;

export type DryRunErrorCode = keyof typeof dryRunErrors;

/** One thing wrong with a sample. */
export interface SampleProblem {
  /** JSON pointer into the sample's file. */
  readonly pointer: string;
  readonly message: string;
}

export class DryRunError extends Error {
  override readonly name = 'DryRunError';
  readonly code: DryRunErrorCode;
  readonly problems: readonly SampleProblem[];

  constructor(code: DryRunErrorCode, message: string, problems: readonly SampleProblem[] = []) {
    super([message, ...problems.map(({ pointer, message: what }) => `  ${pointer || '/'}: ${what}`)].join('\n'));
    this.code = code;
    this.problems = problems;
  }
}

export const wrongSample = (problems: readonly SampleProblem[]): DryRunError =>
  new DryRunError('X_DRY_RUN_SAMPLE', 'the sample cannot be used as it is:', problems);
