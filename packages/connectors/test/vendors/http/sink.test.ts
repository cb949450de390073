import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../../../src/kit/simulator/simulator.ts';
import type { Sink, SinkContext } from '../../../src/kit/sink.ts';
import { createHttpSimulator } from '../../../src/vendors/http/simulator.ts';
import { httpSink } from '../../../src/vendors/http/sink.ts';
import { aSimulatorBase, steer } from '../../kit/simulator/steer.ts';
import { aContext, aDelivery, never } from '../../kit/sink/a-delivery.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
let simulator: Simulator;
let context: SinkContext;
const aSink = (signedWith = secret): Sink =>
  httpSink.open({ url: `${simulator.url()}/hook`, secret: signedWith }, context);

beforeEach(async () => {
  simulator = createHttpSimulator({ ...aSimulatorBase(), secret });
  await simulator.open();
  context = aContext([simulator.url()]);
});

afterEach(async () => {
  await context.outbound.close();
  await simulator.close();
});

describe('http sink', () => {
  it('posts what a strict parser reads, under an id that a header takes, whatever a stranger wrote', async () => {
    const delivery = aDelivery({
      event: 'ä\r\nx: y',
      subject: 'order \ud83d late',
      mapped: { 'k\ud83d': '\udc00', 'k\udc00': 1 },
    });
    await expect(aSink().write(delivery, never)).resolves.toMatchObject({ outcome: 'delivered' });
    const [received] = simulator.messages();
    expect(received?.eventId).toBe('%C3%A4%0D%0Ax%3A%20y');
    expect(received?.lines[0]).toMatch(/^\{"k\uFFFD~\w{16}":"\uFFFD","k\uFFFD~\w{16}":1\}$/);
  });

  it('posts a signed message that the receiver can verify and order', async () => {
    await expect(aSink().write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
    expect(simulator.messages()[0]).toMatchObject({
      eventId: 'event-1',
      detail: {
        message: {
          type: 'tickets.delivered',
          id: 'zendesk:35436',
          correlationId: 'correlation of event-1',
          generation: 0,
          data: { subject: 'Where is my card?', judgements: { category: { label: 'cards' } } },
        },
      },
    });
  });

  it('repeats an event under one id, which the receiver takes once', async () => {
    await steer(simulator, 'lose-answer', { times: 1 });
    await expect(aSink().write(aDelivery(), never)).rejects.toMatchObject({ applied: 'unknown' });
    await expect(aSink().write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
    expect(simulator.messages()).toHaveLength(1);
  });

  it('sends what the map made', async () => {
    await aSink().write(aDelivery({ mapped: { short: true } }), never);
    expect(simulator.messages()[0]?.detail).toMatchObject({ message: { data: { short: true } } });
  });

  it('sends nothing of the record when the map made nothing', async () => {
    await aSink().write(aDelivery({ mapped: null }), never);
    expect(simulator.messages()[0]?.detail).toMatchObject({ message: { data: null } });
  });

  it('halts when the receiver does not accept the signature', async () => {
    const other = aSink(`whsec_${Buffer.from('another secret of ours').toString('base64')}`);
    await expect(other.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_HTTP_UNAUTHORIZED',
      disposition: { kind: 'halt' },
    });
  });

  it.each([
    [410, 'X_HTTP_NOT_FOUND', 'dead-letter'],
    [413, 'X_HTTP_TOO_LARGE', 'dead-letter'],
    [503, 'X_HTTP_SERVER', 'retry'],
  ])('makes of a %i: %s, %s', async (status, code, kind) => {
    await steer(simulator, 'fail', { status });
    await expect(aSink().write(aDelivery(), never)).rejects.toMatchObject({ code, disposition: { kind } });
  });

  it('does not mind another shape of an answer that it never reads', async () => {
    await steer(simulator, 'schema-change');
    await expect(aSink().write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
  });
});
