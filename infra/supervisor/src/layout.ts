/** Where each process listens, counted from the port base. Part of the outside contract. */
export interface Ports {
  readonly gateway: number;
  readonly gatewayAdmin: number;
  readonly dlqReplayer: number;
  readonly enricher: number;
  readonly classifier: number;
  readonly sinkWriters: number;
  readonly registry: number;
  readonly postgres: number;
  /** Of the first node; further ones follow in pairs: `kafka + 2n`, `kafkaController + 2n`. */
  readonly kafka: number;
  readonly kafkaController: number;
  readonly zendesk: number;
  readonly slack: number;
  readonly http: number;
}

export const host = '127.0.0.1';

export const portsFrom = (base: number): Ports => ({
  gateway: base,
  dlqReplayer: base + 1,
  enricher: base + 2,
  classifier: base + 3,
  sinkWriters: base + 4,
  gatewayAdmin: base + 5,
  registry: base + 10,
  postgres: base + 11,
  kafka: base + 12,
  kafkaController: base + 13,
  zendesk: base + 20,
  slack: base + 21,
  http: base + 22,
});

/** How many Kafka nodes there are: one, or the three that outlive one of them. */
export type KafkaNodes = 1 | 3;

/** Each Kafka node by the name of its part, with its port and its controller's. */
export const kafkaNodes = (
  ports: Ports,
  nodes: KafkaNodes,
): readonly { readonly name: string; readonly port: number; readonly controllerPort: number }[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: index === 0 ? 'kafka' : `kafka-${index + 1}`,
    port: ports.kafka + 2 * index,
    controllerPort: ports.kafkaController + 2 * index,
  }));

/** Each port with the name a person knows its owner by. */
export const portOwners = (
  ports: Ports,
  nodes: KafkaNodes = 1,
): readonly (readonly [owner: string, port: number])[] => [
  ['the ingest gateway', ports.gateway],
  ["the ingest gateway's admin listener", ports.gatewayAdmin],
  ['the dlq-replayer', ports.dlqReplayer],
  ['the enricher', ports.enricher],
  ['the classifier', ports.classifier],
  ['the sink-writers', ports.sinkWriters],
  ['the schema registry', ports.registry],
  ['Postgres', ports.postgres],
  ...kafkaNodes(ports, nodes).flatMap(
    ({ port, controllerPort }) =>
      [
        ['Kafka', port],
        ["Kafka's controller", controllerPort],
      ] as const,
  ),
  ['the Zendesk simulator', ports.zendesk],
  ['the Slack simulator', ports.slack],
  ['the HTTP receiver', ports.http],
];

export const urlOf = (port: number): string => `http://${host}:${port}`;
