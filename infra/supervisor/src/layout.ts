import { simulatedConnectors } from '@millrace/connectors/registry';
import type { ServiceDeclaration } from '@millrace/service';

/** Where each process listens, counted from the port base. Part of the outside contract. */
export interface Ports {
  /** Every listener of every service: `<service>` for its own, `<service>.<setting>` for the others. */
  readonly services: Readonly<Record<string, number>>;
  readonly registry: number;
  readonly postgres: number;
  /** Of the first node; further ones follow in pairs: `kafka + 2n`, `kafkaController + 2n`. */
  readonly kafka: number;
  readonly kafkaController: number;
  /** By connector. */
  readonly simulators: Readonly<Record<string, number>>;
}

export const host = '127.0.0.1';

export const portsFrom = (base: number, services: readonly ServiceDeclaration[]): Ports => ({
  services: Object.fromEntries(
    services.flatMap(({ name, port, listeners = {} }) => [
      [name, base + port],
      ...Object.entries(listeners).map(([setting, offset]) => [`${name}.${setting}`, base + offset]),
    ]),
  ),
  registry: base + 10,
  postgres: base + 11,
  kafka: base + 12,
  kafkaController: base + 13,
  simulators: Object.fromEntries(simulatedConnectors.map(({ name, simulator }) => [name, base + simulator.port])),
});

/** A listener of a service; of a service that is not there it is nobody's port. */
export const portOf = ({ services }: Ports, service: string, listener?: string): number => {
  const port = services[listener === undefined ? service : `${service}.${listener}`];
  if (port === undefined)
    throw new TypeError(`no service declares ${service}${listener === undefined ? '' : `.${listener}`}`);
  return port;
};

/** Where a service tells operators how it is: on a listener for them alone, where its own port is a public one. */
export const operatorPortOf = (ports: Ports, service: string): number =>
  ports.services[`${service}.adminPort`] ?? portOf(ports, service);

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
  ...Object.entries(ports.services),
  ['the schema registry', ports.registry],
  ['Postgres', ports.postgres],
  ...kafkaNodes(ports, nodes).flatMap(
    ({ port, controllerPort }) =>
      [
        ['Kafka', port],
        ["Kafka's controller", controllerPort],
      ] as const,
  ),
  ...simulatedConnectors.map(({ name, label }) => [`the simulator of ${label}`, ports.simulators[name] ?? 0] as const),
];

export const urlOf = (port: number): string => `http://${host}:${port}`;
