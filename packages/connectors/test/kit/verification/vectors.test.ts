import { describe, expect, it } from '@jest/globals';
import type { HmacVerification } from '../../../src/kit/verification/verification.ts';
import { verify } from '../../../src/kit/verification/verify.ts';
import { githubSource } from '../../../src/vendors/github/source.ts';
import { slackSource } from '../../../src/vendors/slack/source.ts';
import { standardWebhooksSource } from '../../../src/vendors/standard-webhooks/source.ts';

interface Vector {
  readonly name: string;
  readonly verification: HmacVerification;
  readonly secret: string;
  readonly body: string;
  readonly now?: number;
  readonly headers: Readonly<Record<string, string>>;
}

// Published by the vendors; none was made here.
const vectors: readonly Vector[] = [
  {
    name: 'GitHub',
    verification: githubSource.verification,
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
  },
  {
    name: 'Jira, WebSub',
    verification: {
      ...githubSource.verification,
      signature: { header: 'x-hub-signature', encoding: 'hex', format: { kind: 'plain', prefix: 'sha256=' } },
    },
    secret: "It's a Secret to Everybody",
    body: 'Hello World!',
    headers: { 'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9' },
  },
  {
    name: 'Slack',
    verification: slackSource.verification,
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    now: 1_531_420_618_000,
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
  },
  {
    name: 'Standard Webhooks',
    verification: standardWebhooksSource.verification,
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    now: 1_614_265_330_000,
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  },
];

describe('published vectors', () => {
  for (const { name, verification, secret, body, now = 0, headers } of vectors) {
    const judged = (text: string): string =>
      verify(
        verification,
        {
          body: Buffer.from(text),
          headers: Object.entries(headers).map(([header, value]) => ({ name: header, value })),
        },
        { secrets: [{ keyId: '1', secret }], now },
      ).kind;
    it(`${name}: the genuine request is verified and a changed one is not`, () => {
      expect(judged(body)).toBe('verified');
      expect(judged(`${body} `)).toBe('rejected');
    });
  }
});
