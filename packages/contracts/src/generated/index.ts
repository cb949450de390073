// Made by `npm run generate` from schemas/. Do not edit.
export type * from './context.ts';
export type * from './deliveries.ts';
export type * from './issues.ts';
export type * from './judgements.ts';
export type * from './leads.ts';
export type * from './lifecycle.ts';
export type * from './lineage.ts';
export type * from './messages.ts';
export type * from './ops.ts';
export type * from './parties.ts';
export type * from './reference.ts';
export type * from './tickets.ts';
export type * from './transactions.ts';
export type * from './transformations.ts';
export type * from './webhooks.ts';
export * from './topics.ts';
