import { type Connector, defineConnector } from '../../kit/connector.ts';

export const connector: Connector = defineConnector({
  name: 'postgres',
  label: 'PostgreSQL',
  category: 'data',
  api: null,
  setup: `A role that may connect, and \`CREATE\` on the schema of the tables, or tables made beforehand and
\`SELECT\`, \`INSERT\`, \`UPDATE\`, \`DELETE\` on them. PostgreSQL 15 or newer; a pooler in transaction mode works.`,
  sink: async () => (await import('./sink.ts')).postgresSink,
});
