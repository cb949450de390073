import { httpSink } from './http/sink.ts';
import { postgresSink } from './postgres/sink.ts';
import type { AnySink } from './sink.ts';
import { slackSink } from './slack/sink.ts';
import { zendeskSink } from './zendesk/sink.ts';

/** Every sink a flow may name. To add one is to add a folder and a line. */
export const sinks: Readonly<Record<string, AnySink>> = {
  http: httpSink,
  postgres: postgresSink,
  slack: slackSink,
  zendesk: zendeskSink,
};
