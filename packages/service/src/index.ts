export { ServiceError, type ServiceErrorCode, serviceErrors } from './errors.ts';
export {
  createHealth,
  createHealthServer,
  type Health,
  type HealthOptions,
  type HealthReport,
  type HealthServer,
  type HealthServerOptions,
  type Phase,
  type Readiness,
  type ReadinessState,
} from './health.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export {
  type CounterMetric,
  createMetrics,
  type GaugeMetric,
  type HistogramMetric,
  type Metrics,
  type MetricsOptions,
} from './metrics.ts';
export { type MetricName, names } from './names.ts';
export { type NodeRuntime, nodeRuntime, quietRuntime } from './node-runtime.ts';
export type { Part } from './part.ts';
export {
  exitCodeOf,
  exitCodes,
  type ProcessHost,
  processHost,
  runService,
  type ServiceControl,
  type ServiceOptions,
} from './run-service.ts';
export { defineService, type ServiceDeclaration, type StageDeclaration } from './service-declaration.ts';
export { instanceOf, loadSettingsOrExit, serviceSettings } from './service-settings.ts';
export {
  defineSettings,
  describeSettings,
  type Environment,
  type GivenSettings,
  type IntegerFactory,
  loadSettings,
  maskUrl,
  type Setting,
  type SettingFactory,
  type SettingOptions,
  type SettingProblem,
  type SettingsDefinition,
  SettingsError,
  type SettingsOf,
  type SettingsRule,
  setting,
  withRule,
} from './settings.ts';
export { embedSettingsTable, settingsTable } from './settings-table.ts';
