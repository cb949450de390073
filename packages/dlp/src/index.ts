export type { MaskedText } from './masked-text.ts';
