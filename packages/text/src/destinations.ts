import type { Takes } from './fit-text.ts';

export type Destination = 'avro' | 'postgres' | 'json' | 'id' | 'deadLetterMessage' | 'terminal';

/** Of UTF-8: an index of Postgres refuses entries beyond about 2,700 bytes. */
export const idBytes = 1_024;
/** An id behind the name of the system that it is from. */
export const keyBytes = 2_048;

/** What each destination takes of a text. The README shows this table; what a vendor takes stands in its connector's folder. */
export const destinations: Readonly<Record<Destination, Takes>> = {
  /** An Avro string: any Unicode, as UTF-8. */
  avro: { nul: true, controls: 'taken', most: null },
  /** `text` and `jsonb`: neither can hold NUL. */
  postgres: { nul: false, controls: 'taken', most: null },
  /** A JSON document that a stranger parses: strict parsers refuse half a surrogate pair. */
  json: { nul: true, controls: 'taken', most: null },
  /** An id or a key: in Kafka's key and in an index of Postgres. */
  id: { nul: false, controls: 'taken', most: { count: idBytes, measure: 'bytes' } },
  /** The message in the headers of a dead letter. */
  deadLetterMessage: { nul: false, controls: 'taken', most: { count: 1_024, measure: 'bytes' } },
  /** A line or a cell of a terminal. */
  terminal: { nul: false, controls: 'escaped', most: null },
};
