export { cleanText, keepEnds } from './clean-text.ts';
export { customerText } from './customer-text/customer-text.ts';
export { detect } from './detect.ts';
export type { DataKind, Detection } from './detection.ts';
export { createMasker, type Masked, type Masker, type MaskOperator, maskText } from './mask.ts';
export type { MaskedText } from './masked-text.ts';
