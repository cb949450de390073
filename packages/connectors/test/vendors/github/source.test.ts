import { githubSource } from '../../../src/vendors/github/source.ts';
import { sourceLaws } from '../../kit/source-laws.ts';

sourceLaws({
  source: githubSource,
  secret: 'github-signing-secret-0123456789',
  otherSecret: 'github-other-secret-9876543210',
});
