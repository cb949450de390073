import type { Stage } from '@millrace/flows';
import type { Broker, Serde } from '@millrace/messaging';
import type { CredentialHandlersOptions } from '@millrace/operator-api/credentials';
import type { AccessOptions } from '@millrace/operator-api/server';
import type { Health, Logger, Metrics } from '@millrace/service';
import type { Audit } from '../audit.ts';
import type { Examination } from '../doctor/finding.ts';
import type { FlowVersions } from '../flows/flow-versions.ts';
import type { ReloadOptions } from '../flows/reload-flows.ts';
import type { DeadLetterIndex } from '../index/dead-letter-index.ts';
import type { Indexer } from '../index/indexer.ts';
import type { Pipelines } from '../pipelines/pipelines.ts';
import type { Seeks } from '../pipelines/seek.ts';
import type { Publisher } from '../publisher.ts';
import type { FollowHeld } from '../redrive/follow-held.ts';
import type { JobRunner } from '../redrive/job-runner.ts';
import type { JobStore } from '../redrive/job-store.ts';
import type { EdgeLookup } from '../trace/edge-lookup.ts';
import type { GatewayAdmin } from './gateway-handlers.ts';

/** Everything the operator API works with. */
export interface ApiParts {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly index: DeadLetterIndex;
  readonly indexer: Indexer;
  readonly jobs: JobStore;
  readonly runner: JobRunner;
  readonly followHeld: FollowHeld;
  readonly pipelines: Pipelines;
  readonly seeks: Seeks;
  readonly edge: EdgeLookup;
  readonly doctor: (signal: AbortSignal) => Promise<Examination>;
  readonly publisher: Publisher;
  readonly audit: Audit;
  readonly versions: FlowVersions;
  readonly flowFiles: Pick<ReloadOptions, 'load' | 'current'>;
  readonly groups: readonly string[];
  readonly stages: readonly Stage[];
  readonly access: AccessOptions;
  readonly gateway: GatewayAdmin;
  readonly credentials: CredentialHandlersOptions;
  /** Refuse an answer that is not as declared; for tests. */
  readonly checkAnswers: boolean;
  readonly health: Health;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly newId: () => string;
  readonly approvalAbove: number;
  readonly searchMs: number;
  /** Aborted when the service stops: long reads end. */
  readonly stopping: AbortSignal;
}
