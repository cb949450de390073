import { githubSource } from './github/source.ts';
import { slackSource } from './slack/source.ts';
import type { Source } from './source.ts';
import { standardWebhooksSource } from './standard-webhooks/source.ts';
import { stripeSource } from './stripe/source.ts';
import { zendeskSource } from './zendesk/source.ts';

/** Every source there is, by connector name, in alphabetical order. To add a vendor is to add a folder and a line. */
export const sources: Readonly<Record<string, Source>> = Object.fromEntries(
  [githubSource, slackSource, standardWebhooksSource, stripeSource, zendeskSource].map((source) => [
    source.name,
    source,
  ]),
);
