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
