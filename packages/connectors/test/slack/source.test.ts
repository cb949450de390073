import { slackSource } from '../../src/slack/source.ts';
import { sourceLaws } from '../source-laws.ts';

sourceLaws({
  source: slackSource,
  secret: 'slack-signing-secret-0123456789',
  otherSecret: 'slack-other-secret-9876543210',
});
