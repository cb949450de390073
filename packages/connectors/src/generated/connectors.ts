// Made by `npm run generate` from src/vendors/*/connector.ts. Do not edit.
import type { Connector } from '../kit/connector.ts';
import { connector as github } from '../vendors/github/connector.ts';
import { connector as http } from '../vendors/http/connector.ts';
import { connector as postgres } from '../vendors/postgres/connector.ts';
import { connector as slack } from '../vendors/slack/connector.ts';
import { connector as standardWebhooks } from '../vendors/standard-webhooks/connector.ts';
import { connector as stripe } from '../vendors/stripe/connector.ts';
import { connector as zendesk } from '../vendors/zendesk/connector.ts';

/** Every connector, by the name of its folder. */
export const connectors: Readonly<Record<string, Connector>> = {
  github,
  http,
  postgres,
  slack,
  'standard-webhooks': standardWebhooks,
  stripe,
  zendesk,
};
