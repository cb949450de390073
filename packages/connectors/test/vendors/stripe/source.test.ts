import { stripeSource } from '../../../src/vendors/stripe/source.ts';
import { sourceLaws } from '../../kit/source-laws.ts';

sourceLaws({
  source: stripeSource,
  secret: 'stripe-signing-secret-0123456789',
  otherSecret: 'stripe-other-secret-9876543210',
});
