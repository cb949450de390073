import { issueOpened } from './github-sample.ts';
import { people } from './people.ts';
import { sampleKind } from './sample-plan.ts';
import { ticketCreated, ticketUpdated, ticketWithoutText, type WebhookBody } from './zendesk-sample.ts';

/** One webhook to send, not yet signed. */
export interface Sample extends WebhookBody {
  readonly connector: 'zendesk' | 'github';
}

/** The n-th sample of a data folder. Pure: the same n is the same event, so one that is sent twice is a duplicate. */
export const makeSample = (n: number, texts: readonly string[], now: Date): Sample => {
  // A stride without a common factor with the number of texts: every text comes before any comes again.
  const text = texts[(n * 997) % texts.length] ?? '';
  switch (sampleKind(n)) {
    case 'ticket':
      return { connector: 'zendesk', ...ticketCreated({ n, text, now }) };
    case 'ticket-urgent':
      return { connector: 'zendesk', ...ticketCreated({ n, text, now, urgent: true }) };
    case 'ticket-update':
      return { connector: 'zendesk', ...ticketUpdated({ n, ticket: Math.max(0, n - 5), text, now }) };
    case 'poison-channel':
      return { connector: 'zendesk', ...ticketCreated({ n, text, now, domain: people.enterprise[n % people.enterprise.length] ?? people.enterprise[0] }) };
    case 'poison-ticket':
      return { connector: 'zendesk', ...ticketWithoutText(n, now) };
    case 'issue':
      return { connector: 'github', ...issueOpened(n, now, { unowned: false }) };
    case 'poison-issue':
      return { connector: 'github', ...issueOpened(n, now, { unowned: true }) };
  }
};
