// The borders between packages and services. `pnpm check` runs this; a broken border fails CI.
const rule = (name, from, to) => ({ name, severity: 'error', from, to });
const kafkaClients = '(^|/)(kafkajs|@platformatic/kafka|@kafkajs/confluent-schema-registry)(/|$)';

export default {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),
    rule('no-unresolvable', {}, { couldNotResolve: true }), // also catches imports past another package's exports
    rule('packages-never-import-services', { path: '^packages/' }, { path: '^services/' }),
    rule(
      'services-never-import-each-other',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    rule(
      'only-packages-kafka-imports-the-client',
      { pathNot: '^(packages/kafka|packages/embedded/test|infra/bench)/' },
      { path: kafkaClients },
    ),
    rule(
      'no-path-into-another-package',
      { path: '^((packages|services)/[^/]+)/' },
      { path: '^(packages|services)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    ),
    rule('no-dev-dependency-in-src', { path: '/src/', pathNot: '/testing\\.ts$' }, { dependencyTypes: ['npm-dev'] }),
    rule(
      'leaves-import-nothing-of-ours',
      { path: '^packages/(contracts|service)/src/' },
      { path: '^packages/', pathNot: '^packages/(contracts|service|text)/' },
    ),
    rule(
      'text-imports-nothing-of-ours',
      { path: '^packages/text/src/' },
      { path: '^(packages|services|infra)/', pathNot: '^packages/text/' },
    ),
    rule(
      'messaging-imports-leaves-only',
      { path: '^packages/messaging/src/' },
      { path: '^packages/', pathNot: '^packages/(messaging|contracts|service|text)/' },
    ),
    rule(
      'the-command-speaks-through-the-operator-client',
      { path: '^packages/cli/src/' },
      {
        path: '^packages/(ledger|messaging|resilience|dlp|embedded)/|^packages/operator-api/src/(server|credentials)/',
      },
    ),
    rule('no-package-imports-the-command', { path: '^packages/(?!cli/)' }, { path: '^packages/cli/' }),
    rule(
      'a-connector-never-imports-another',
      { path: '^packages/connectors/src/vendors/([^/]+)/' },
      { path: '^packages/connectors/src/vendors/', pathNot: '^packages/connectors/src/vendors/$1/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules/\\.cache/|/dist/' },
    tsPreCompilationDeps: true, // type-only imports count
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
