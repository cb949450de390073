/** A webhook as its vendor sends it, not yet signed. */
export interface WebhookBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What one example is made of; the same facts make the same event. */
export interface ExampleFacts {
  /** Position among all examples of an installation. */
  readonly n: number;
  /** What somebody wrote. */
  readonly text: string;
  readonly now: Date;
}

/**
 * Genuine-looking webhooks of a vendor, by what they are about: what a first start sends, so that there is something to see.
 * Those whose kind begins with `poison-` fail on purpose, each for a cause that a person can remove.
 */
export type Examples = Readonly<Record<string, (facts: ExampleFacts) => WebhookBody>>;
