export { type DryRunOptions, dryRun } from './dry-run.ts';
export { loadDryRunServices } from './dry-run-services.ts';
export type {
  Accepted,
  Condition,
  DryRunPorts,
  DryService,
  DryStage,
  Findings,
  LookedUp,
  NotAccepted,
  OpenDryRun,
} from './dry-service.ts';
export { DryRunError, type DryRunErrorCode, dryRunErrors, type SampleProblem, wrongSample } from './errors.ts';
export { readReferenceFolder } from './reference-folder.ts';
export type { DryRunReport, ShownRecord, Step, StepOutcome } from './report.ts';
export { type EventSample, parseSample, type RecordSample, type Sample, type WebhookSample } from './sample.ts';
export { type WatchedExpressions, watchedExpressions } from './watched-expressions.ts';
