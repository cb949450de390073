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

/** Each port with the name a person knows its owner by. */
export const portOwners = (ports: Ports): readonly (readonly [owner: string, port: number])[] => [
  ['the ingest gateway', ports.gateway],
  ["the ingest gateway's admin listener", ports.gatewayAdmin],
  ['the dlq-replayer', ports.dlqReplayer],
  ['the enricher', ports.enricher],
  ['the classifier', ports.classifier],
  ['the sink-writers', ports.sinkWriters],
  ['the schema registry', ports.registry],
  ['Postgres', ports.postgres],
  ['Kafka', ports.kafka],
  ["Kafka's controller", ports.kafkaController],
  ['the Zendesk simulator', ports.zendesk],
  ['the Slack simulator', ports.slack],
  ['the HTTP receiver', ports.http],
];

export const urlOf = (port: number): string => `http://${host}:${port}`;
