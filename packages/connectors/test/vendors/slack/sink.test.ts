import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Simulator } from '../../../src/kit/simulator/simulator.ts';
import type { Sink, SinkContext } from '../../../src/kit/sink.ts';
import { classifySlack, slackErrors } from '../../../src/vendors/slack/errors.ts';
import { escapeMrkdwn, toMessage } from '../../../src/vendors/slack/message.ts';
import { createSlackSimulator } from '../../../src/vendors/slack/simulator.ts';
import { slackSink } from '../../../src/vendors/slack/sink.ts';
import { aSimulatorBase, steer } from '../../kit/simulator/steer.ts';
import { aContext, aDelivery, never } from '../../kit/sink/a-delivery.ts';

const token = 'xoxb-1';
let simulator: Simulator;
let context: SinkContext;
const aSink = (channel = '#support-urgent', secret = token): Sink =>
  slackSink.open({ channel, token: secret, baseUrl: simulator.url() }, context);

beforeEach(async () => {
  simulator = createSlackSimulator({ ...aSimulatorBase(), token, channels: ['support-urgent'] });
  await simulator.open();
  context = aContext([simulator.url()]);
});

afterEach(async () => {
  await context.outbound.close();
  await simulator.close();
});

const recent = (event: string): ReturnType<typeof aDelivery> => aDelivery({ event, receivedAt: Date.now() });

describe('slack sink', () => {
  it('posts the event to the channel and says where it is', async () => {
    const result = await aSink().write(aDelivery(), never);
    expect(result.outcome).toBe('delivered');
    expect(result.destination).toMatch(/^slack #support-urgent C\w+ \d+\.\d{6}$/);
    expect(simulator.messages()[0]).toMatchObject({ eventId: 'event-1', title: '#support-urgent' });
  });

  it.each([
    ['emoji', '👨‍👩‍👧‍👦'.repeat(2_000)],
    ['flags', '🇩🇪'.repeat(2_000)],
    ['emoji outside the first plane', '😀'.repeat(5_000)],
    ['markup', '<&>'.repeat(5_000)],
    ['quotes and line breaks', '"\\\r\n'.repeat(5_000)],
    ['control characters', '\u001b\0\u009b\u007f'.repeat(5_000)],
    ['halves of surrogate pairs', '\ud83d'.repeat(5_000)],
    ['a megabyte of marks', `a${'\u0301'.repeat(1_000_000)}`],
  ])('posts %s in every place of a stranger, within what Slack takes, and never half of one', async (_, text) => {
    const delivery = aDelivery({ ticket: text, subject: text });
    const entity = { ...delivery.value.entity, description: text };
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text } },
      { type: 'section', text: { type: 'mrkdwn', text }, fields: [] },
    ];
    const given = { ...delivery, value: { ...delivery.value, entity } };
    for (const sent of [
      given,
      { ...given, eventId: 'own text', mapped: text },
      { ...given, mapped: { text, blocks: blocks.slice(0, 1) } },
    ]) {
      const message = toMessage(sent);
      expect(JSON.stringify(message)).not.toMatch(/\\u(0000|001b|d[89a-f])/);
      for (const said of [message.text, JSON.stringify(message.blocks ?? [])]) {
        expect(said).not.toMatch(/\u200d(?!\p{Extended_Pictographic})|(?<!\p{RI})(\p{RI}{2})*\p{RI}(?!\p{RI})/u);
      }
      expect((await aSink().write(sent, never)).outcome).toBe('delivered');
    }
  });

  it('finds its own message again, also without having posted in this life, and no other', async () => {
    await aSink().write(recent('a'), never);
    expect(await aSink().probe?.(recent('a'), never)).toBe(true);
    expect(await aSink().probe?.(recent('b'), never)).toBe(false);
  });

  it('finds its message behind many others', async () => {
    const sink = aSink();
    await sink.write(recent('first'), never);
    for (let count = 0; count < 450; count += 1) await sink.write(recent(`later-${count}`), never);
    expect(await sink.probe?.(recent('first'), never)).toBe(true);
  });

  it('finds the message whose answer was lost', async () => {
    await steer(simulator, 'lose-answer', { times: 1 });
    await expect(aSink().write(recent('lost'), never)).rejects.toMatchObject({
      code: 'X_HTTP_RESET',
      applied: 'unknown',
    });
    expect(await aSink().probe?.(recent('lost'), never)).toBe(true);
  });

  it('dead-letters a channel that does not exist, until it does', async () => {
    const sink = aSink('#nowhere');
    expect(await sink.probe?.(aDelivery(), never)).toBe(false);
    await expect(sink.write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_SLACK_CHANNEL',
      disposition: { kind: 'dead-letter' },
      applied: 'no',
    });
    await steer(simulator, 'heal');
    await expect(sink.write(aDelivery(), never)).resolves.toMatchObject({ outcome: 'delivered' });
  });

  it('halts on a token that Slack refuses, without a word of it', async () => {
    const error: unknown = await aSink('#support-urgent', 'xoxb-wrong')
      .write(aDelivery(), never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'X_SLACK_CREDENTIALS', disposition: { kind: 'halt' } });
    expect(String(error)).not.toContain('xoxb-wrong');
  });

  it('waits as long as Slack says', async () => {
    await steer(simulator, 'rate-limit', { retryAfterSeconds: 3 });
    await expect(aSink().write(aDelivery(), never)).rejects.toMatchObject({
      disposition: { kind: 'retry', afterMs: 3_000 },
      applied: 'no',
    });
  });

  it('dead-letters an answer of another shape', async () => {
    await steer(simulator, 'schema-change');
    await expect(aSink().write(aDelivery(), never)).rejects.toMatchObject({ code: 'X_SINK_SHAPE', applied: 'unknown' });
  });

  it.each([
    [401, 'X_HTTP_UNAUTHORIZED', 'halt'],
    [500, 'X_HTTP_SERVER', 'retry'],
    [503, 'X_HTTP_SERVER', 'retry'],
  ])('makes of a %i: %s, %s', async (status, code, kind) => {
    await steer(simulator, 'fail', { status });
    await expect(aSink().write(aDelivery(), never)).rejects.toMatchObject({ code, disposition: { kind } });
  });
});

describe('slack message', () => {
  it('stays within what Slack takes, whatever the ticket says', () => {
    for (const subject of ['', ' ', 'x'.repeat(50_000), '&<>'.repeat(20_000), '👩‍💻'.repeat(9_000), '\u0000\n\t']) {
      const { text, blocks } = toMessage(aDelivery({ subject }));
      expect(text.length).toBeGreaterThan(0);
      expect(JSON.stringify(blocks).length).toBeLessThan(13_200);
    }
  });

  it('makes no markup of a stranger’s text', () => {
    expect(escapeMrkdwn('<!channel> & <https://evil|here>')).toBe('&lt;!channel&gt; &amp; &lt;https://evil|here&gt;');
    expect(toMessage(aDelivery({ subject: '<!channel>' })).text).not.toContain('<!channel>');
  });

  it('is what the map made, marked all the same', () => {
    expect(toMessage(aDelivery({ mapped: 'Hello' }))).toMatchObject({
      text: 'Hello',
      metadata: { event_payload: { source_event_id: 'event-1' } },
    });
  });

  it('takes the one block of a map for a list of one', () => {
    const block = { type: 'divider' };
    expect(toMessage(aDelivery({ mapped: { text: 'Hello', blocks: block } })).blocks).toEqual([block]);
    expect(toMessage(aDelivery({ mapped: { text: 'Hello', blocks: null } })).blocks).toBeUndefined();
  });

  it('is refused, not made up, when the map made nothing', () => {
    expect(() => toMessage(aDelivery({ mapped: null }))).toThrow(
      'The map does not fit the sink: it made nothing: what it reads is absent from this record',
    );
  });
});

describe('classification of what Slack says', () => {
  it.each([
    ['invalid_auth', 'X_SLACK_CREDENTIALS', 'halt', 'everyone', 'no'],
    ['token_expired', 'X_SLACK_CREDENTIALS', 'halt', 'everyone', 'no'],
    ['missing_scope', 'X_SLACK_CREDENTIALS', 'halt', 'everyone', 'no'],
    ['team_access_not_granted', 'X_SLACK_CREDENTIALS', 'halt', 'everyone', 'no'],
    ['channel_not_found', 'X_SLACK_CHANNEL', 'dead-letter', 'record', 'no'],
    ['is_archived', 'X_SLACK_CHANNEL', 'dead-letter', 'record', 'no'],
    ['restricted_action_read_only_channel', 'X_SLACK_CHANNEL', 'dead-letter', 'record', 'no'],
    ['invalid_blocks', 'X_SLACK_MESSAGE', 'dead-letter', 'record', 'no'],
    ['msg_blocks_too_long', 'X_SLACK_MESSAGE', 'dead-letter', 'record', 'no'],
    ['ratelimited', 'X_SLACK_RATE_LIMITED', 'retry', 'everyone', 'no'],
    ['message_limit_exceeded', 'X_SLACK_RATE_LIMITED', 'retry', 'everyone', 'no'],
    ['internal_error', 'X_SLACK_FAILED', 'retry', undefined, 'unknown'],
    ['something_new', 'X_SLACK_REFUSED', 'dead-letter', 'record', 'no'],
    ['constructor', 'X_SLACK_REFUSED', 'dead-letter', 'record', 'no'],
    ['', 'X_SLACK_REFUSED', 'dead-letter', 'record', 'no'],
  ])('makes of %p: %s, %s, concerning %s, applied %s', (name, code, kind, scope, applied) => {
    const error = classifySlack(name, undefined);
    expect([error.code, error.disposition.kind, error.refusal?.scope, error.applied]).toEqual([
      code,
      kind,
      scope,
      applied,
    ]);
    expect(error.code in slackErrors).toBe(true);
  });

  it('is total: whatever it answers has a code, and no text of it goes further than a name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const error = classifySlack(name, undefined);
        return error.code in slackErrors && /^[a-z0-9_ ]+$/.test(error.refusal?.answer ?? 'none');
      }),
    );
  });
});
