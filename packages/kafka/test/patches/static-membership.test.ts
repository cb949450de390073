import { describe, expect, it } from '@jest/globals';
import BrokerClass from 'kafkajs/src/broker/index.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import { quiet } from '../kafka-harness.ts';

interface Sent {
  readonly apiName: string;
  readonly apiVersion: number;
  encode(): Promise<{ readonly buffer: Buffer }>;
}

/** A broker of Kafka 2.3 or later, of whom only the requests are seen. */
function listen(): { readonly broker: BrokerClass; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const connectionPool = {
    host: 'h',
    port: 1,
    connectionTimeout: 1,
    send: async ({ request }: { readonly request: Sent }) => void sent.push(request),
  };
  const broker = new BrokerClass({ connectionPool, logger: { namespace: () => quiet }, nodeId: 0 });
  broker.lookupRequest = protocol.lookup({ 11: { maxVersion: 9 }, 12: { maxVersion: 4 }, 14: { maxVersion: 5 } });
  return { broker, sent };
}

const membership = { groupId: 'g', memberId: 'm', groupInstanceId: 'classifier-0' };

describe('patch: the instance id of a static member', () => {
  it.each([
    ['JoinGroup', 5, { ...membership, sessionTimeout: 1, rebalanceTimeout: 1, groupProtocols: [] }, 'joinGroup'],
    ['SyncGroup', 3, { ...membership, generationId: 1, groupAssignment: [] }, 'syncGroup'],
    ['Heartbeat', 3, { ...membership, groupGenerationId: 1 }, 'heartbeat'],
  ] as const)(
    'travels in %s v%d, and a null in its place for a dynamic member',
    async (apiName, version, ask, call) => {
      const { broker, sent } = listen();
      await broker[call](ask);
      await broker[call]({ ...ask, groupInstanceId: undefined });
      expect(sent).toMatchObject([
        { apiName, apiVersion: version },
        { apiName, apiVersion: version },
      ]);
      const [named, nameless] = await Promise.all(sent.map(async (request) => (await request.encode()).buffer));
      const id = Buffer.concat([Buffer.from([0, 12]), Buffer.from('classifier-0')]);
      expect(named?.includes(id)).toBe(true);
      // A null string is a length of -1.
      expect(
        nameless?.equals(Buffer.from((named as Buffer).toString('hex').replace(id.toString('hex'), 'ffff'), 'hex')),
      ).toBe(true);
    },
  );
});
