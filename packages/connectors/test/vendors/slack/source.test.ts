import { slackSource } from '../../../src/vendors/slack/source.ts';
import { sourceLaws } from '../../kit/source-laws.ts';

sourceLaws({
  source: slackSource,
  secret: 'slack-signing-secret-0123456789',
  otherSecret: 'slack-other-secret-9876543210',
});
