import { describe, expect, it } from '@jest/globals';
import { readText } from './workspace.ts';

const gateway = 'services/ingest-gateway/test';
const sinks = 'services/sink-writers/test/sink-writers.int.test.ts';

/** What may come in wrong or go away, and the laws that hold the system to its answer. */
const promises: Readonly<Record<string, readonly (readonly [file: string, law: string])[]>> = {
  'malformed JSON, bad UTF-8, empty body: 400': [
    [`${gateway}/webhooks.test.ts`, 'is 400 when it is genuine but empty, not UTF-8, not JSON'],
    [`${gateway}/events.test.ts`, 'is 400, 413 or 415 by its form'],
  ],
  'wrong content type: 415': [[`${gateway}/webhooks.test.ts`, 'is 404, 403, 405 or 415 by its address']],
  'one byte above maxBodyBytes: 413': [[`${gateway}/webhooks.test.ts`, 'is 413 one byte above the limit']],
  'gzip bomb: 413': [[`${gateway}/webhooks.test.ts`, 'is 413 when it unpacks to more than the limit']],
  'slow body: 408': [[`${gateway}/webhooks.test.ts`, 'is 408 when its body does not come']],
  'wrong, missing, stale signature: 401': [
    [`${gateway}/webhooks.test.ts`, 'is 401 when it is unsigned, wrongly signed, tampered with or stale'],
    ['infra/e2e/test/main-job.e2e.test.ts', 'is refused with 401 and leaves nothing behind'],
  ],
  'unknown source 404, disabled source 403': [
    [`${gateway}/webhooks.test.ts`, 'is 404, 403, 405 or 415 by its address, method and type alone'],
  ],
  'a body of 2 MB: accepted by claim check': [
    [`${gateway}/webhooks.test.ts`, 'travels by claim check when it is large'],
    [`${gateway}/gateway.int.test.ts`, 'takes 2 MB by claim check'],
    ['services/enricher/test/enricher.int.test.ts', 'fetches a body of 2 MB by its claim check'],
  ],
  'business event that violates its schema: 422 with pointers': [
    [`${gateway}/events.test.ts`, 'is 422 with a pointer to every place that does not fit'],
  ],
  'NUL, half a surrogate pair, control characters, a cut in an emoji': [
    [`${gateway}/events.test.ts`, 'has U+FFFD for NUL and half a surrogate pair, in names too'],
    [`${gateway}/events.test.ts`, 'keeps the control characters of its id, and its id apart from every other id'],
    ['packages/contracts/test/codec.test.ts', 'writes UTF-8 whatever the texts and names are'],
    ['packages/connectors/test/vendors/postgres/sink.int.test.ts', 'holds NUL or half a surrogate pair'],
    ['packages/connectors/test/vendors/zendesk/source.test.ts', 'a derived subject is cut between graphemes'],
    ['packages/connectors/test/vendors/slack/sink.test.ts', 'within what Slack takes, and never half of one'],
    ['services/dlq-replayer/test/indexer.int.test.ts', 'indexes whatever a stranger wrote into ids, keys and headers'],
    ['services/dlq-replayer/test/cli.int.test.ts', 'shows every control character of a stranger as an escape'],
    ['infra/e2e/test/main-job.e2e.test.ts', 'is shown with every control character escaped'],
  ],
  'a record that does not decode': [
    ['packages/messaging/test/runtime/run-pipeline.test.ts', 'is dead-lettered as raw bytes when it does not decode'],
    ['packages/conformance/src/stage-laws.ts', 'puts a message that cannot be read among its dead letters'],
  ],
  'unknown schema id, 3-byte value': [
    [
      'packages/kafka/test/registry/registry.int.test.ts',
      'sends bytes that do not fit their schema to the dead letters',
    ],
    ['packages/kafka/test/registry/registry.int.test.ts', 'an id nobody gave'],
    ['packages/kafka/test/registry/registry.int.test.ts', 'three bytes'],
  ],
  'registry down at boot': [
    ['packages/kafka/test/registry/registry.int.test.ts', 'waits at boot for a registry that is not up yet'],
    ['services/enricher/test/enricher.int.test.ts', 'waits while the registry is away, and can be stopped meanwhile'],
    [`${gateway}/gateway.int.test.ts`, 'opens without Kafka, registry and Postgres, and answers 503'],
  ],
  'registry down at run time': [
    ['packages/kafka/test/registry/registry.int.test.ts', 'says that a record waits, not that it is bad'],
    [`${gateway}/gateway.int.test.ts`, 'goes on without the registry once it has seen it'],
  ],
  'Kafka down at boot: 503, then recovers': [
    [`${gateway}/faults.test.ts`, 'at boot the door opens, answers 503, and takes requests by itself'],
    ['packages/kafka/test/outage.int.test.ts', 'at boot delays the start of everything, and fails nothing'],
    ['services/enricher/test/enricher.int.test.ts', 'waits alive but not ready while Kafka is away'],
  ],
  'Kafka down at run time: 503, then recovers': [
    [`${gateway}/faults.test.ts`, 'at run time it answers 503, soon without trying, and recovers by itself'],
    [`${gateway}/gateway.int.test.ts`, 'answers 503 while Kafka is down, recovers by itself'],
    ['packages/kafka/test/outage.int.test.ts', 'in the middle of traffic loses nothing that was acknowledged'],
  ],
  'Postgres down: webhooks accepted with dedupe unknown, claim checks 503': [
    [`${gateway}/faults.test.ts`, 'webhooks are taken all the same, marked'],
    [`${gateway}/faults.test.ts`, 'large bodies are refused with 503 and taken once it is back'],
    [`${gateway}/gateway.int.test.ts`, 'without Postgres takes small ones unchecked and refuses large ones with 503'],
  ],
  'Postgres down: pipelines pause, nothing is lost': [
    ['services/enricher/test/enricher.test.ts', 'waits out a body store that is away'],
    ['packages/ledger/test/postgres-away.int.test.ts', 'is unavailable meanwhile, recovers by itself'],
    ['packages/connectors/test/vendors/postgres/sink.int.test.ts', 'calls a Postgres that is away unavailable'],
    ['packages/resilience/test/breaker-in-pipeline.test.ts', 'pauses when its dependency is away'],
  ],
  'a destination that is slow': [
    [sinks, 'gives up on a write that takes too long, tries again, and does not double it'],
  ],
  'a destination that is down': [[sinks, 'waits out a destination that is down: nothing is dead-lettered']],
  'a destination that limits the rate': [
    [sinks, 'keeps to the pace a destination asks for'],
    [sinks, 'leaves a pause longer than its patience to the breaker'],
  ],
  'a destination that changes the shape of its answer': [
    [sinks, 'dead-letters what another shape of answer makes impossible'],
  ],
  'a destination that refuses the password': [[sinks, 'halts the route whose password is refused, says so']],
};

describe('bad input and absent dependencies', () => {
  it.each(Object.entries(promises))('%s: has its tests', (_, laws) => {
    expect(laws.filter(([file, law]) => !readText(file).includes(law))).toEqual([]);
  });
});
