export { cacheFolder } from './cache-folder.ts';
export { type ArchiveUse, archiveFlags } from './class-archive.ts';
export { asDataFolderError, codeOf, EmbeddedError, type EmbeddedErrorCode, embeddedErrors } from './errors.ts';
export { type ExitReason, type GuardedOptions, type GuardedProcess, spawnGuarded } from './guarded-process.ts';
export { findJava, hasMaven, installCommand, javaMajor } from './java.ts';
export { ensureJavaParts, type JavaParts } from './java-parts.ts';
export {
  type KafkaOptions,
  type PreparedKafka,
  type PreparedNode,
  prepareKafka,
  type RunningKafka,
  startKafka,
} from './kafka.ts';
export type { KafkaListener, ScramUser } from './kafka-config.ts';
export { type ClusterMetadata, readClusterMetadata } from './kafka-probe.ts';
export { ensureMavenFolder, type MavenFolder } from './maven-folder.ts';
export type { Progress, RunningPart, StartingPart } from './part.ts';
export { demandFreePort, freePortRun, freePorts, isPortFree } from './ports.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres.ts';
export { prepareJavaParts } from './prepare.ts';
export { type RegistryOptions, type RunningRegistry, startRegistry } from './registry.ts';
export { openServerLog, type ServerLog } from './server-log.ts';
export { type RunningServers, startServers } from './servers.ts';
export { writeAtomically } from './write-atomically.ts';
