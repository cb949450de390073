import { stripeSource } from '../../src/stripe/source.ts';
import { sourceLaws } from '../source-laws.ts';

sourceLaws({
  source: stripeSource,
  secret: 'stripe-signing-secret-0123456789',
  otherSecret: 'stripe-other-secret-9876543210',
});
