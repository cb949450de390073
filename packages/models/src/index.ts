export { parseCompletion } from './completion.ts';
export { connectUseLite, type Encoder } from './embedded/encoder.ts';
export type { PackManifest } from './embedded/manifest.ts';
export { loadPack, type Pack } from './embedded/pack.ts';
export { connectEmbeddedModels, type EmbeddedModels, type EmbeddedModelsOptions } from './embedded-models.ts';
export { type ModelErrorCode, modelErrors } from './errors.ts';
export type {
  ClassifyMode,
  Contribution,
  EmbeddedModel,
  Judgement,
  JudgementRequest,
  Model,
  ModelIdentity,
  RemoteModel,
  Taxonomy,
  TextPart,
} from './model.ts';
export { packsIn, shippedPacks, shippedTasks } from './shipped-packs.ts';
