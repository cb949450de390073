// `@millrace/ledger/postgres`: for a service with tables of its own in the same Postgres.
export { connectDatabase, type Database, type DatabaseOptions, type Query } from './database.ts';
export { type Migration, migrate, quoteSchema, type SchemaHistory } from './migrations.ts';
export { asJson } from './parameters.ts';
export { postgresError } from './postgres-errors.ts';
